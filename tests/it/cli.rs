//! The command line as a person or a script sees it: arguments in; output, sentences and exit status out.

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
        "pilothouse: mine.toml:2:14: \"production\" is text, and must be true or false; write it without quotes\n\
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
