//! Two people at two consoles on one database.

use super::{Terminal, settle, settled_home};
use crate::{
    cli::Home,
    rooms::channel::{ANNA, text},
    support::{databases, postgres},
};
use pilothouse::{
    app::{Command, OperatorSpec},
    domain::actor::{Role, Roles},
    store::Address,
};
use sqlx::{Connection, Executor, PgConnection};
use std::time::{Duration, Instant};

/// PostgreSQL is asked by itself only after 15 seconds without a word from it: what comes sooner was told.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn what_one_decides_the_other_sees_and_the_second_is_told_who_was_faster() {
    let home = settled_home().await;
    together(Terminal::open(&home, &["--as", "Anna Berg"]), Terminal::open(&home, &["--as", "Ben Okafor"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_by_their_database_logins_on_one_postgresql() {
    let Some(server) = tokio::task::spawn_blocking(postgres::server).await.expect("the server starts") else { return };
    let url = databases::create(server).await;
    let name = url.split('?').next().and_then(|url| url.rsplit('/').next()).expect("a database").to_owned();
    let app = settle(Address::Postgres(url.clone())).await;
    let mut admin = PgConnection::connect(&url).await.expect("our own server answers");
    for (person, login, role) in [("Anna Berg", "anna_of_two", Role::Admin), ("Ben Okafor", "ben_of_two", Role::Triager)] {
        let create = format!("create role {login} superuser login");
        admin.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(create))).await.expect("a fresh login");
        let spec = OperatorSpec { name: text(person), login: Some(text(login)), roles: Roles(vec![role]), active: true };
        app.execute(ANNA, app.request(Command::Operator(spec))).await.expect("Anna is an admin");
    }
    app.db().close().await;
    let home = Home::new();
    let open = |login: &str| Terminal::open(&home, &["--database", &server.url_as(login, &name)]);
    together(open("anna_of_two"), open("ben_of_two"));
}

fn together(mut anna: Terminal, mut ben: Terminal) {
    for console in [&mut anna, &mut ben] {
        console.shows("Alpenblick Kliniken");
        console.choose(1);
    }
    // Anna has the form open, and what it will decide is the lead as she saw it.
    anna.keys("!");
    anna.shows("Escalate L-1");
    anna.keys("\tthe chief physician waits");
    anna.shows("the chief physician waits");
    ben.keys("a");
    ben.shows("L-1 Alpenblick Kliniken: accepted by");
    anna.keys("\r");
    anna.shows("Ben Okafor was faster");
    assert!(anna.text().contains("the chief physician waits"), "what she typed is still hers:\n{}", anna.text());
    anna.keys("\x1b");
    anna.until("the form is gone", |console| !console.text().contains("Escalate L-1"));
    anna.until("the decision is seen", |console| shows_stage(console, "accepted"));
    // Without a word from Anna's hands, Ben's next decision comes to her screen.
    ben.keys("t");
    let pressed = Instant::now();
    anna.until("the next decision is seen", |console| shows_stage(console, "working"));
    let passed = pressed.elapsed();
    println!("from the key in one console to the screen of the other: {passed:?}");
    assert!(passed < TOLD_WITHIN, "{passed:?}: nobody told her");
    for console in [&mut anna, &mut ben] {
        console.keys("q");
        console.ends_well();
    }
}

fn shows_stage(console: &Terminal, stage: &str) -> bool {
    console.text().lines().any(|line| line.contains("L-1 ") && line.contains(stage))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_a_lead_is_called_once_by_the_means_of_the_terminal() {
    let home = settled_home().await;
    let mut anna = Terminal::open(&home, &["--as", "Anna Berg", "--notify", "osc9"]);
    let mut ben = Terminal::open(&home, &["--as", "Ben Okafor", "--notify", "off"]);
    for console in [&mut anna, &mut ben] {
        console.shows("Alpenblick Kliniken");
        console.choose(1);
    }
    ben.keys("H");
    ben.shows("Hand L-1 Alpenblick Kliniken over");
    ben.keys("anna\r");
    anna.shows("L-1 Alpenblick Kliniken: handed to you");
    ben.shows("Anna Berg looks after it");
    let wanted = "\x1b]9;Pilothouse: L-1 Alpenblick Kliniken: handed to you\x1b\\\x07".as_bytes();
    let told = |console: &Terminal| console.bytes().windows(wanted.len()).filter(|window| *window == wanted).count();
    anna.until("called", |console| told(console) == 1);
    for console in [&mut anna, &mut ben] {
        console.keys("q");
        console.ends_well();
    }
    assert_eq!((told(&anna), told(&ben)), (1, 0));
    assert!(!ben.bytes().contains(&7), "no bell for whoever did it");
}
