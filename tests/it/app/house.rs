//! Who may do what, and what is kept of those who may not.

use super::{ANNA, BEN, ENGINE, House, intake, text};
use crate::support::databases::on_both;
use pilothouse::{
    app::{Command, Failure},
    domain::{
        event::Event,
        id::{AuditSeq, OperatorId},
        lead::LeadCommand,
    },
};

#[tokio::test]
async fn a_denial_is_in_the_chain() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0).id;
        let refused = house.verb(BEN, id, LeadCommand::Erase).await.unwrap_err();
        assert_eq!(refused, "ben may not erase personal data: it needs admin, and holds triager");
        let last = house.app.db().read().await.unwrap().audit_before(AuditSeq(i64::MAX), 1).await.unwrap().remove(0);
        assert_eq!(last.record.actor, BEN);
        assert!(matches!(last.record.event, Event::Denied(denied) if denied.asked == "erase personal data"));
    })
    .await;
}

#[tokio::test]
async fn nobody_settles_in_twice_and_strangers_do_nothing() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let again = house.app.request(Command::FirstOperator { name: text("mallory"), login: None });
        assert!(matches!(house.app.execute(ENGINE, again).await, Err(Failure::Denied(_))));
        let stranger = house.app.request(Command::Sweep { limit: 1 });
        let failure = house.app.execute(OperatorId(99), stranger).await.unwrap_err();
        assert_eq!(failure.to_string(), "there is no active operator O-99");
        assert_eq!(house.app.db().read().await.unwrap().operators().await.unwrap().len(), 3, "engine, anna, ben");
    })
    .await;
}

#[tokio::test]
async fn the_same_program_again_is_no_new_version() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let toml = pilothouse::domain::program::DEMO;
        let outcome = house.run(ANNA, Command::Program { toml: toml.to_owned(), note: text("again") }).await;
        assert_eq!(outcome.seq, None);
        house.run(ANNA, Command::Program { toml: format!("{toml}\n# a comment\n"), note: text("second") }).await;
        assert_eq!(house.app.rules().await.unwrap().version().0, 2);
    })
    .await;
}
