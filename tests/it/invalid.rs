//! Documents with mistakes, each with the sentences that it must bring: `fixtures/invalid/KIND/NAME.*` and beside it
//! `NAME.expected`, one problem a line. A new kind of document is a new row in `KINDS`.
//!
//! `UPDATE_EXPECTED=1` writes the sentences; read each of them before it is committed.

use pilothouse::{
    app::import::{decode::Decoder, mapping, source::Source},
    domain::{problem::Problem, program},
    tui::{
        keymap::Keymap,
        theme::{Depth, Theme},
    },
};
use std::{collections::BTreeSet, fs, path::Path};

/// Reads the document of a name and a text, and says what is wrong with it.
type Reader = fn(&str, &str) -> Vec<String>;

/// The folder, and what reads its documents.
const KINDS: &[(&str, Reader)] = &[
    ("csv", rejected),
    ("keymap", |name, text| sentences(Some(Keymap::default().apply(name, text)))),
    ("mapping", |name, text| sentences(mapping::read(name, text).err())),
    ("program", |name, text| sentences(program::parse(name, text).err())),
    ("theme", |name, text| sentences(Some(Theme::built_in("dark", Depth::True).apply(name, text)))),
];

fn sentences(problems: Option<Vec<Problem>>) -> Vec<String> {
    problems.unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// What the generic mapping says of a file of leads: why it can't be read, or each row that it rejects.
fn rejected(name: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mapping = mapping::built_in("generic").unwrap();
    let opened = Source::open(&path, &mapping.options).and_then(|source| Ok((Decoder::new(mapping, &source, folder.path())?, source)));
    let (decoder, mut source) = match opened {
        Ok(opened) => opened,
        Err(error) => return vec![error.to_string()],
    };
    let mut said = Vec::new();
    loop {
        match source.next_row() {
            Ok(None) => return said,
            Ok(Some(row)) => said.extend(row.and_then(|row| decoder.record(&row)).err().map(|reject| reject.to_string())),
            Err(error) => {
                said.push(error.to_string());
                return said;
            }
        }
    }
}

#[test]
fn every_mistake_brings_its_sentence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invalid");
    let mut wrong = Vec::new();
    for (kind, read) in KINDS {
        let mut seen = 0;
        for path in files(&root.join(kind)) {
            if path.extension().is_some_and(|extension| extension == "expected") {
                continue;
            }
            seen += 1;
            let name = path.file_name().unwrap().to_str().unwrap();
            let found = read(name, &fs::read_to_string(&path).unwrap()).join("\n") + "\n";
            let expected = path.with_extension("expected");
            if std::env::var_os("UPDATE_EXPECTED").is_some() {
                fs::write(&expected, &found).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != found {
                wrong.push(format!("{kind}/{name} brings:\n{found}"));
            }
            assert_ne!(found, "\n", "{kind}/{name} brings no problem");
        }
        assert!(seen > 0, "fixtures/invalid/{kind} is empty");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_has_a_reader_and_every_expectation_a_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invalid");
    let kinds: BTreeSet<_> = KINDS.iter().map(|(kind, _)| (*kind).to_owned()).collect();
    let folders: BTreeSet<_> = files(&root).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(folders, kinds);
    for path in kinds.iter().flat_map(|kind| files(&root.join(kind))) {
        let documents = files(path.parent().unwrap()).iter().filter(|other| other.with_extension("") == path.with_extension("")).count();
        assert_eq!(documents, 2, "{} stands alone, or its name is taken", path.display());
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}
