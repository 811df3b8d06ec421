//! The database goes away while somebody works, and comes back.

use super::{Terminal, settle};
use crate::{
    cli::Home,
    rooms::channel::{ANNA, text},
    support::{databases, postgres::Server},
};
use pilothouse::{
    app::{Command, OperatorSpec},
    domain::actor::{Role, Roles},
    store::Address,
};

#[tokio::test(flavor = "multi_thread")]
async fn rows_stay_verbs_say_why_not_and_it_comes_back_by_itself() {
    // A server of its own, because it is stopped hard.
    let Some(server) = tokio::task::spawn_blocking(Server::own).await.expect("the server starts") else { return };
    let url = databases::create(&server).await;
    let app = settle(Address::Postgres(url.clone())).await;
    let roles = Roles(vec![Role::Admin]);
    let me = OperatorSpec { name: text("Piet"), login: Some(text("pilothouse")), roles, active: true };
    app.execute(ANNA, app.request(Command::Operator(me))).await.expect("Anna is an admin");
    app.db().close().await;

    let home = Home::new();
    let mut console = Terminal::open(&home, &["--database", &url]);
    console.shows("Alpenblick Kliniken");
    console.choose(1);
    server.halt();
    console.shows("○ stale");
    assert!(console.text().contains("Alpenblick Kliniken"), "the rows stay:\n{}", console.text());
    console.keys("a");
    console.shows("accept: the database does not answer; writing waits until it is back");
    server.resume();
    console.shows("● live");
    console.keys("a");
    console.shows("L-1 Alpenblick Kliniken: accepted by");
    console.keys("q");
    console.ends_well();
}
