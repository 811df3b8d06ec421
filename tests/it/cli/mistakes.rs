//! What can be wrong with files and places: each is one clear sentence and a status that is not zero.

use super::Home;
use std::{os::unix::fs::PermissionsExt, process::Stdio};

/// One line that names the program and says this; no numbers of the operating system, no internal error.
#[track_caller]
fn says(said: &str, sentence: &str) {
    assert!(said.starts_with("pilothouse: ") && said.lines().count() == 1, "{said}");
    assert!(said.contains(sentence) && !said.contains("os error") && !said.contains("internal"), "{said}");
}

#[test]
fn a_database_that_is_none_is_named() {
    let home = Home::new();
    home.write("notes.txt", "this is no database, whatever its name is\n");
    for (database, sentence) in [
        ("notes.txt", "notes.txt is no SQLite database; name another file with --database"),
        (".", ". is a folder; name the database file in it"),
        ("notes.txt/channel.db", "notes.txt/channel.db can't be read: Not a directory"),
    ] {
        says(&home.run(&["--database", database, "export", "leads"]).failed(1), sentence);
    }
    assert!(home.run(&["--database", "notes.txt", "doctor"]).failed(1).contains("checks failed"));
    assert_eq!(std::fs::read_to_string(home.path().join("notes.txt")).unwrap().lines().count(), 1, "it was not touched");
    home.write("empty.db", "");
    home.run(&["--database", "empty.db", "audit", "verify"]).ok();
}

#[test]
fn a_newer_schema_is_refused() {
    let home = Home::new();
    home.run(&["audit", "verify", "--database", "channel.db"]).ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection as _;
        let url = format!("sqlite:{}", home.path().join("channel.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query("insert into schema_version values (999)").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    let said = home.run(&["--database", "channel.db", "export", "leads"]).failed(1);
    says(&said, "the database has schema version 999");
    says(&said, "install a newer pilothouse");
}

#[test]
fn a_folder_that_can_not_be_written_is_named() {
    let home = Home::new();
    home.run(&["--database", "locked/channel.db", "audit", "verify"]).ok();
    let folder = home.path().join("locked");
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    // Root may write everywhere.
    if std::fs::write(folder.join("probe"), "").is_err() {
        for database in ["locked/channel.db", "locked/new.db"] {
            let said = home.run(&["--database", database, "export", "leads"]).failed(1);
            says(&said, "you may not write to locked; work on a copy in a folder of your own");
        }
    }
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn a_file_that_is_no_text_is_refused_at_once() {
    let home = Home::new();
    home.write("nul.csv", "Id,Company\n1,A\0cme\n");
    says(&home.run(&["import", "leads", "nul.csv"]).failed(1), "nul.csv: it is not a text file: it holds NUL characters");
    // A quote that is never closed would make one row of the rest of the file, however large it is.
    home.write("endless.csv", &format!("Id,Company\n1,\"Acme\n{}", "x,y,z\n".repeat(400_000)));
    says(&home.run(&["import", "leads", "endless.csv"]).failed(1), "line 2: the row that begins here is longer than 1048576 bytes");
}

#[test]
fn a_place_that_can_not_be_written_is_named() {
    let home = Home::new();
    says(&home.run(&["export", "leads", "--output", "no/such/leads.csv"]).failed(1), "no/such/leads.csv can't be written: No such file");
    says(&home.run(&["export", "leads", "--output", "/dev/full"]).failed(1), "/dev/full can't be written: No space left on device");
    says(&home.run(&["program", "show", "v-7"]).failed(1), "there is no version v-7; no program was applied yet");
    says(&home.run(&["import", "mappings", "genric"]).failed(1), "`genric` is not a built-in mapping; did you mean `generic`?");
}

#[test]
fn nobody_reads_the_sentence() {
    let home = Home::new();
    let mut child = home.command(&["program", "check", "none.toml"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1), "it fails as it would have, and does not panic");
}
