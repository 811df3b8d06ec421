//! The console as lines: what is there, every change as it happens, and a clean end.

use super::Home;
use crate::{
    e2e::settled_home,
    rooms::channel::{ANNA, BEN, Channel},
};
use pilothouse::{
    ambient::{Clock, Entropy},
    app::{App, Command, DealTarget},
    domain::{
        deal::DealCommand,
        id::{DealId, PartnerId},
        lead::{DeclineReason, LeadCommand},
        partner::StatusCommand,
    },
    store::{Address, Db, Options},
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead as _, BufReader, Lines, Read as _},
    process::{Child, ChildStderr, ChildStdout, Stdio},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::Duration,
};

/// A running `pilothouse --plain`.
struct Plain {
    child: Child,
    lines: Option<Lines<BufReader<ChildStdout>>>,
    errors: ChildStderr,
    /// While it lives, the program is ended after a while, so that a line that never comes fails the test.
    _patience: Sender<()>,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Plain {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut command = home.command(&["--plain", "--as", "Anna Berg"]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let errors = child.stderr.take().expect("a pipe");
        let (patience, waits) = channel();
        let pid = pid(&child);
        std::thread::spawn(move || {
            if waits.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        Self { child, lines: Some(lines), errors, _patience: patience }
    }

    /// The next lines up to the one that contains `text`.
    #[track_caller]
    fn up_to(&mut self, text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        for line in self.lines.as_mut().expect("it is read") {
            let line = line.expect("UTF-8");
            assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(text)) {
                return seen;
            }
        }
        panic!("waited in vain for {text}: {seen:#?}");
    }

    #[track_caller]
    fn ends_well(mut self) {
        let status = self.child.wait().expect("it is ours");
        let mut said = String::new();
        self.errors.read_to_string(&mut said).expect("UTF-8");
        assert!(status.success() && said.is_empty(), "{status:?} {said}");
    }

    fn signal(&self, signal: Signal) {
        kill_process(pid(&self.child), signal).expect("it is ours");
    }
}

fn pid(child: &Child) -> Pid {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("it runs")
}

/// Another process at the same database.
async fn colleague(home: &Home) -> Channel {
    let path = home.path().join(".local/share/pilothouse/channel.db");
    let db = Db::open(Address::Sqlite(path), Options::new(Clock::System, Entropy::System)).await.expect("it opens");
    Channel::of(App::new(db))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_and_then_every_change_a_sentence_each() {
    let home = settled_home().await;
    let mut plain = Plain::start(&home, &[]);
    let opening = plain.up_to("Every change follows").join("\n");
    assert!(opening.starts_with("Pilothouse "), "{opening}");
    assert!(opening.contains("as Anna Berg (admin, channel manager, triager). Times are those of Europe/"), "{opening}");
    assert!(opening.contains("\nQueues: Mine ") && opening.contains("\nAll: 3 leads, due first.\nLead "), "{opening}");
    assert!(opening.lines().any(|line| line.starts_with("Lead 1 Alpenblick Kliniken: offered to ")), "{opening}");
    let colleague = colleague(&home).await;
    colleague.verb(BEN, 1, LeadCommand::Accept { offer: 1 }).await;
    let told = plain.up_to("accepted by").pop().expect("a line");
    let (time, what) = told.split_once(' ').expect("a time and a sentence");
    assert!(time.len() == 8 && time.matches(':').count() == 2, "{told}");
    assert!(what.starts_with("Lead 1 Alpenblick Kliniken: offer to ") && what.ends_with("by Ben Okafor"), "{told}");
    colleague.verb(BEN, 1, LeadCommand::Note { text: "called Dr. Huber, wants a quote".into() }).await;
    assert!(plain.up_to("wrote a note").pop().is_some_and(|line| !line.contains("Huber")), "notes stay out of logs");
    plain.signal(Signal::INT);
    plain.ends_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tier_desk_says_who_was_suspended_and_who_is_back() {
    let home = settled_home().await;
    let colleague = colleague(&home).await;
    let mut plain = Plain::start(&home, &["--room", "tiers"]);
    plain.up_to("Every change follows");
    for (command, told) in [
        (StatusCommand::Suspend { reason: "invoices are open".into() }, "suspended, no longer active: invoices are open, by Anna Berg"),
        (StatusCommand::Reinstate, "active, no longer suspended, by Anna Berg"),
    ] {
        let request = colleague.app.request(Command::PartnerStatus { partners: vec![PartnerId(1)], command });
        colleague.app.execute(ANNA, request).await.expect("carried out");
        let line = plain.up_to("no longer").pop().expect("a line");
        assert!(line.contains(" Partner 1 ") && line.ends_with(told), "{line}");
    }
    plain.signal(Signal::TERM);
    plain.ends_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_and_a_filter_tell_only_of_their_leads_and_when_one_leaves() {
    let home = settled_home().await;
    let colleague = colleague(&home).await;
    let filter = "stage:offered -id:2";
    let mut plain = Plain::start(&home, &["--filter", filter]);
    let opening = plain.up_to("Every change follows").join("\n");
    assert!(opening.contains(&format!("All, filtered by {filter}: ")), "{opening}");
    // Lead 2 is not in the filter; lead 1 leaves it.
    colleague.verb(ANNA, 2, LeadCommand::Note { text: "not told".into() }).await;
    colleague.verb(BEN, 1, LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity }).await;
    let told = plain.up_to("declined by Ben Okafor: no capacity");
    assert_eq!(told.len(), 1, "{told:#?}");
    colleague.verb(BEN, 1, LeadCommand::Release).await;
    plain.up_to("Lead 1 Alpenblick Kliniken: no longer in what you follow");
    plain.signal(Signal::TERM);
    plain.ends_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn as_json_each_line_is_an_object_and_a_closed_pipe_ends_it() {
    let home = settled_home().await;
    let colleague = colleague(&home).await;
    let mut plain = Plain::start(&home, &["--json", "--queue", "mine", "--read-only"]);
    let kinds = |lines: Vec<String>| -> Vec<String> {
        let kind =
            |line: &String| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["kind"].as_str().expect("a kind").to_owned();
        lines.iter().map(kind).collect()
    };
    assert_eq!(kinds(plain.up_to("\"live\"")), ["start", "queues", "rows", "live"]);
    colleague.verb(ANNA, 1, LeadCommand::Take { desk: Some(ANNA) }).await;
    let line = plain.up_to("lead.taken").pop().expect("a line");
    let told: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((told["entity"].as_str(), told["actor"].as_str()), (Some("L-1"), Some("Anna Berg")), "{line}");
    colleague.verb(ANNA, 1, LeadCommand::Take { desk: None }).await;
    assert_eq!(kinds(plain.up_to("\"left\"")), ["lead.taken", "left"]);
    // Whoever read has gone, and nothing more is printed: it notices all the same.
    plain.lines = None;
    plain.ends_well();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deal_desk_is_followed_with_its_conflicts() {
    let home = settled_home().await;
    let file = |key: &str| {
        format!(
            "Id,Customer,Country,City,Products,Value,Currency,Close Date,Submit\n{key},Alpenblick Kliniken,DE,Rosenheim,Switching,48000,EUR,2097-03-31,yes\n"
        )
    };
    home.write("one.csv", &file("A-1"));
    home.write("two.csv", &file("B-1"));
    home.run(&["import", "deals", "one.csv", "--partner", "NORD", "--as", "Anna Berg"]).ok();
    let mut plain = Plain::start(&home, &["--room", "deals", "--filter", "country:DE"]);
    let opening = plain.up_to("Every change follows").join("\n");
    assert!(opening.contains(", deals in sqlite:") && opening.contains("\nQueues: To decide 1, "), "{opening}");
    assert!(opening.contains("\nAll, filtered by country:DE: 1 registration.\n"), "{opening}");
    let row = "Deal 1 Alpenblick Kliniken: submitted by Nordlicht Systeme, EUR 48,000.00, Switching, due for a decision ";
    assert!(opening.lines().any(|line| line.starts_with(row)), "{opening}");
    home.run(&["import", "deals", "two.csv", "--partner", "SUED", "--as", "Anna Berg"]).ok();
    plain.up_to("Conflict 1 Alpenblick Kliniken: opened between D-1, D-2");
    let colleague = colleague(&home).await;
    let note = DealCommand::Note { text: "the buyer is on holiday".into() };
    colleague.run(BEN, Command::Deals { targets: vec![DealTarget::from(DealId(1))], command: note }).await;
    let told = plain.up_to("wrote a note").pop().expect("a line");
    assert!(told.ends_with("Deal 1 Alpenblick Kliniken: Ben Okafor wrote a note"), "notes stay out of logs: {told}");
    plain.signal(Signal::INT);
    plain.ends_well();
    let mut lines = Plain::start(&home, &["--room", "deals", "--queue", "conflicts", "--json", "--read-only"]);
    let row = lines.up_to("\"D-2\"").pop().expect("a line");
    let row: serde_json::Value = serde_json::from_str(&row).expect("JSON");
    assert_eq!(
        (row["kind"].as_str(), row["customer"].as_str(), row["conflict"].as_str()),
        (Some("row"), Some("Alpenblick Kliniken"), Some("C-1"))
    );
    lines.up_to("\"live\"");
    lines.signal(Signal::INT);
    lines.ends_well();
}

#[test]
fn deals_are_printed_by_queue_and_filter() {
    let home = Home::new();
    home.run(&["operator", "list"]).ok();
    assert!(home.run(&["print", "deals"]).ok().contains("No deal is registered yet"));
    assert!(
        home.run(&["print", "deals", "--queue", "breached"])
            .failed(1)
            .contains("`breached` is no queue of deals; the queues are to-decide, ")
    );
    assert!(home.run(&["print", "deals", "--filter", "score>10"]).failed(1).contains("score"));
    assert!(home.run(&["print", "leads", "--filter", "cuntry:DE"]).failed(1).contains("did you mean `country`?"));
    assert!(home.run(&["print", "deals", "--filter", "valeu>10"]).failed(1).contains("did you mean `value`?"));
    assert!(
        home.run(&["--plain", "--room", "deals", "--queue", "breached"])
            .failed(1)
            .contains("no queue of deals; the queues are to-decide, ")
    );
}

#[test]
fn its_flags_are_the_consoles() {
    let home = Home::new();
    assert!(home.run(&["--plain", "audit", "verify"]).failed(1).contains("are the console's"));
    assert!(home.run(&["--json"]).failed(2).contains("--plain"));
    assert!(home.run(&["--plain", "--filter", "cuntry:DE"]).failed(1).contains("did you mean `country`?"));
    assert!(home.run(&["--plain", "--queue", "late"]).failed(1).contains("`late` is no queue of leads; the queues are mine, "));
    assert!(home.run(&["--notify", "shout"]).failed(2).contains("there are off, bell, osc9, osc99"));
    let output = home.command(&["--plain"]).env("PILOTHOUSE_NOTIFY", "shout").output().expect("the program starts");
    assert!(String::from_utf8_lossy(&output.stderr).contains("PILOTHOUSE_NOTIFY: `shout` is no way to call you"));
}
