//! What of the app the board works with.

use super::house::tell;
use crate::{
    app::{App, Command, tier::board::Draft},
    domain::{id::OperatorId, text::Text},
    tui::{
        Answers as Sender,
        console::driver::told,
        house::{House, Msg},
        rooms::board::{Ask, Told},
    },
};
use tokio::sync::mpsc;

/// Does the work of the board, each wish on a task of its own: the room asks one of a kind at a time.
pub(super) struct BoardDriver {
    app: App,
    me: OperatorId,
    /// A copy of it lives as long as a write is on its way.
    writing: mpsc::Sender<()>,
}

impl BoardDriver {
    pub const fn new(app: App, me: OperatorId, writing: mpsc::Sender<()>) -> Self {
        Self { app, me, writing }
    }

    pub fn start(&self, ask: Ask, answers: &Sender<House>) {
        let tell = tell(answers, Msg::Board);
        let writing = matches!(ask, Ask::Apply { .. }).then(|| self.writing.clone());
        let (app, me) = (self.app.clone(), self.me);
        tokio::spawn(async move {
            tell(answer(&app, me, ask).await);
            drop(writing);
        });
    }
}

/// The answer to one wish.
pub(super) async fn answer(app: &App, me: OperatorId, ask: Ask) -> Told {
    match ask {
        Ask::AtLast => Told::AtLast(told(app.tier_board_at_last().await).map(Box::new)),
        Ask::Board => Told::Board(told(app.tier_board().await).map(Box::new)),
        Ask::Try { asked, facts, before, after } => Told::Tried(asked, told(App::tier_try(facts, *before, *after).await).map(Box::new)),
        Ask::Draft { after } => Told::Drafted(told(app.tier_draft(&after).await).map(Box::new)),
        Ask::Apply { draft, note } => Told::Applied(apply(app, me, *draft, &note).await),
    }
}

async fn apply(app: &App, me: OperatorId, draft: Draft, note: &str) -> Result<String, String> {
    let in_force = told(app.rules().await)?.version();
    if in_force != draft.against {
        return Err(format!("{in_force} came into force meanwhile: look at what differs from it, and save again"));
    }
    let request = app.request(Command::Program { toml: draft.toml, note: Text::clean(note) });
    told(app.carry_out(me, request).await)?;
    Ok(told(app.rules().await)?.version().to_string())
}
