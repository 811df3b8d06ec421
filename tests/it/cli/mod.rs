//! The command line as a person or a script sees it: arguments in; output, sentences and exit status out.

mod audit;
mod fx;
mod import;
mod import_deals;
mod mistakes;
mod operator;
mod partner;
mod plain;
mod pos;
mod report;
mod tier;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A machine of one's own: a home that nobody has used before.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in the home")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilothouse"));
        command.env_clear().env("HOME", self.path()).env("USER", "anna").env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        command.current_dir(self.path()).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran(self.command(arguments).output().expect("the program starts"))
    }
}

pub struct Ran(Output);

impl Ran {
    pub fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8")
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("UTF-8")
    }

    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.0.status.success(), "{}{}", self.out(), self.err());
        self.out()
    }

    /// The sentence with which it failed.
    #[track_caller]
    pub fn failed(self, status: i32) -> String {
        assert_eq!(self.0.status.code(), Some(status), "{}{}", self.out(), self.err());
        self.err()
    }
}

#[test]
fn a_server_that_is_not_there_is_named_with_the_reason() {
    // Nobody listens on the first port.
    let said = Home::new().run(&["--database", "postgres://anna@127.0.0.1:1/channel", "operator", "list"]).failed(1);
    assert!(said.contains("the database is not reachable: Connection refused"), "{said}");
}

#[test]
fn the_default_database_is_made_on_first_use() {
    let home = Home::new();
    assert_eq!(home.run(&["audit", "show", "--json"]).ok(), "[]\n");
    assert!(home.path().join(".local/share/pilothouse/channel.db").is_file());
    assert!(!home.path().join(".local/state").join("pilothouse/pilothouse.log.old").exists());
}

#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_file() {
    let home = Home::new();
    home.write(".config/pilothouse/config.toml", "database = \"sqlite:of-the-file.db\"\n");
    home.run(&["audit", "verify"]).ok();
    assert!(home.path().join("of-the-file.db").is_file());
    let output = home.command(&["audit", "verify"]).env("PILOTHOUSE_DATABASE_URL", "sqlite:of-the-environment.db").output();
    Ran(output.expect("the program starts")).ok();
    assert!(home.path().join("of-the-environment.db").is_file());
    let output = home
        .command(&["audit", "verify", "--database", "of-the-flag.db"])
        .env("PILOTHOUSE_DATABASE_URL", "sqlite:no/such/folder.db")
        .output();
    Ran(output.expect("the program starts")).ok();
    assert!(home.path().join("of-the-flag.db").is_file());
}

#[test]
fn mistakes_in_the_configuration_are_named_with_their_lines() {
    let home = Home::new();
    let path = home.write("mine.toml", "operator = \"anna\"\nproduction = \"yes\"\ntheem = \"dark\"\n");
    let said = home.run(&["--config", "mine.toml", "audit", "verify"]).failed(1);
    assert_eq!(
        said,
        "pilothouse: mine.toml:2:14: \"production\" in the document is text, and must be true or false; write it without quotes\n\
         mine.toml:3:1: unknown key \"theem\" in the document; did you mean \"theme\"?\n"
    );
    std::fs::remove_file(path).expect("it is there");
    let said = home.run(&["--config", "mine.toml", "audit", "verify"]).failed(1);
    assert!(said.starts_with("pilothouse: the configuration file mine.toml can't be read: "), "{said}");
}

#[test]
fn a_wrong_command_line_has_status_2_and_a_failure_status_1() {
    let home = Home::new();
    let said = home.run(&["--database", "mysql://db1/channel", "audit", "verify"]).failed(2);
    assert!(said.contains("`mysql://db1/channel` is not a database address"), "{said}");
    assert!(home.run(&["audit", "show", "lead 12"]).failed(2).contains("`lead 12` is no record: write L-12"), "a record");
    home.write("file", "");
    let said = home.run(&["--database", "sqlite:file/channel.db", "audit", "verify"]).failed(1);
    assert!(said.starts_with("pilothouse: ") && said.lines().count() == 1, "{said}");
}

#[test]
fn a_program_is_checked_with_lines() {
    let home = Home::new();
    home.write("program.toml", pilothouse::domain::program::DEMO);
    assert!(
        home.run(&["program", "check", "program.toml"])
            .ok()
            .starts_with("program.toml is right: \"Meridian channel program 2026\" with 12 calendars")
    );
    let broken = pilothouse::domain::program::DEMO.replace("max_offers = 3", "max_ofers = 3");
    home.write("broken.toml", &broken);
    let said = home.run(&["program", "check", "broken.toml"]).failed(1);
    assert!(said.contains("broken.toml has ") && said.contains("did you mean \"max_offers\"?"), "{said}");
    let list: serde_json::Value = serde_json::from_str(&home.run(&["program", "check", "broken.toml", "--json"]).out()).expect("JSON");
    assert_eq!(list[0]["file"], "broken.toml");
}

#[test]
fn every_verb_has_a_help_with_an_example() {
    use clap::CommandFactory;
    fn walk(command: &clap::Command, path: &mut Vec<String>) {
        for verb in command.get_subcommands() {
            path.push(verb.get_name().to_owned());
            if verb.has_subcommands() {
                walk(verb, path);
            } else {
                let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
                let example = format!("pilothouse {}", path.join(" "));
                assert!(help.contains("Example") && help.contains(&path.join(" ")), "`{example} --help` shows no example of it");
                assert!(verb.get_about().is_some(), "`{example}` says not what it does");
            }
            path.pop();
        }
    }
    let mut root = pilothouse::cli::Cli::command();
    root.build();
    walk(&root, &mut Vec::new());
    pilothouse::cli::Cli::command().debug_assert();
}

#[test]
fn completions_and_the_manual_page_come_from_the_definition() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.run(&["completions", shell]).ok().contains("doctor"), "{shell}");
    }
    let page = home.run(&["man"]).ok();
    for expected in [".TH pilothouse 1", "PILOTHOUSE AUDIT SHOW", "PILOTHOUSE\\_DATABASE\\_URL", "EXIT STATUS"] {
        assert!(page.contains(expected) || page.contains(&expected.replace('\\', "")), "{expected} is not in the page");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let home = Home::new();
    let mut child =
        home.command(&["man"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_doctor_finds_a_fresh_house_in_order() {
    let home = Home::new();
    assert!(home.run(&["doctor"]).ok().contains("channel.db is not there yet"), "it makes nothing by looking");
    home.run(&["audit", "verify"]).ok();
    let said = home.run(&["doctor"]).ok();
    assert!(said.contains("ok    audit chain   whole, "), "{said}");
    home.write("broken.db", &"this is no database".repeat(500));
    let said = home.run(&["doctor", "--database", "sqlite:broken.db"]).failed(1);
    assert!(said.contains("checks failed"), "{said}");
}

#[test]
fn the_first_who_comes_is_the_admin_and_adds_the_others() {
    let home = Home::new();
    assert_eq!(home.run(&["operator", "add", "ben", "--role", "triager"]).ok(), "added ben (triager)\n");
    let listed = home.run(&["operator", "list"]).ok();
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains("O-2   anna") && listed.contains("O-3   ben"), "{listed}");
    let said = home.run(&["--as", "carla", "operator", "add", "dora", "--role", "viewer"]).failed(1);
    assert_eq!(
        said,
        "pilothouse: there is no operator carla; choose one of anna, ben with --as, or have an admin run `pilothouse operator add carla --role triager`\n"
    );
    let said = home.run(&["--as", "ben", "operator", "add", "dora", "--role", "viewer"]).failed(1);
    assert!(said.contains("ben may not manage operators: it needs admin, and holds triager"), "{said}");
    assert!(home.run(&["audit", "show", "--kind", "denied"]).ok().contains("was refused: ben may not"), "a denial is kept");
    assert_eq!(home.run(&["operator", "add", "ben", "--inactive"]).ok(), "changed ben (triager), who may no longer sign in\n");
    assert!(home.run(&["--as", "BEN", "print", "leads"]).failed(1).contains("ben is no longer active"), "by name, whatever the capitals");
    assert!(home.run(&["--as", "engine", "print", "leads"]).failed(1).contains("nobody works as the engine"), "the engine");
}

#[test]
fn a_program_is_planned_applied_and_shown() {
    use pilothouse::domain::program::DEMO;
    let home = Home::new();
    let said = home.run(&["program", "apply", &home.write("demo.toml", DEMO).display().to_string()]).failed(1);
    assert!(said.contains("there is no partner \"HANSA\""), "{said}");
    let own: String = DEMO.split("[[routing.named_account]]").next().expect("a head").to_owned()
        + "[matching]\nlink = 0.92\nreview = 0.78\n[consent]\nrequired = [\"DE\"]\nbases = [\"consent\"]\n";
    home.write("own.toml", &own);
    let applied = home.run(&["program", "apply", "own.toml", "--note", "ours"]).ok();
    assert!(applied.contains("v-1 is in force."), "{applied}");
    assert!(home.run(&["program", "apply", "own.toml"]).ok().contains("in force already, as v-1"), "the same again");
    home.write("next.toml", &own.replace("hours = 24", "hours = 20"));
    let plan = home.run(&["program", "plan", "next.toml"]).ok();
    assert!(plan.starts_with("~ sla.first_touch.hours: 24 -> 20\n1 change against v-1. Of 0 open leads"), "{plan}");
    assert_eq!(home.run(&["program", "show"]).ok(), own);
    assert!(home.run(&["program", "show", "--list"]).ok().contains("ours"), "the note");
    assert!(home.run(&["program", "show", "v-9"]).failed(1).contains("there is no version v-9"), "a version");
}

#[test]
fn the_engine_leaves_on_sigterm() {
    let home = Home::new();
    let said = home.run(&["engine"]).failed(1);
    assert!(said.contains("has no operators yet"), "{said}");
    home.run(&["operator", "list"]).ok();
    home.run(&["print", "leads"]).ok();
    assert_eq!(home.run(&["engine", "--once"]).ok(), "0 leads swept, 0 placed; 0 deals swept, 0 conflicts found; 0 funding items swept\n");
    let mut child = home.command(&["engine"]).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    let mut log = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut log, &mut line).expect("a line");
    assert!(line.contains("engine started"), "{line}");
    assert!(Command::new("kill").arg(child.id().to_string()).status().expect("kill").success());
    assert!(child.wait().expect("it ends").success());
    line.clear();
    std::io::Read::read_to_string(&mut log, &mut line).expect("the rest");
    assert!(line.contains("engine stopped"), "{line}");
}

#[test]
fn a_screen_is_printed_and_needs_no_terminal() {
    let home = Home::new();
    let screen = home.run(&["print", "leads", "--size", "80x24"]).ok();
    assert_eq!(screen.lines().count(), 24, "{screen}");
    assert!(screen.contains("Leads") && screen.contains("anna"), "{screen}");
    assert!(home.run(&["print", "leads", "--size", "80"]).failed(2).contains("write columns x rows"), "a size");
    assert!(home.run(&["print", "leads", "--queue", "late"]).failed(1).contains("the queues are mine, unassigned, due-soon"), "a queue");
    assert!(home.run(&[]).failed(1).contains("the console needs a terminal"), "no terminal");
}

#[test]
fn the_keymaps_are_checked() {
    let home = Home::new();
    assert!(home.run(&["keys", "check", "vim"]).ok().ends_with("the keymap vim has no mistakes\n"));
    assert!(home.run(&["keys", "check", "joe"]).failed(1).contains("there is no keymap joe; there are default"), "a name");
    assert!(home.run(&["keys", "check", "vmi"]).failed(1).contains("did you mean vim?"), "a slip");
}
