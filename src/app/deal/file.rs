//! A file as evidence. What is kept of it is its name, its size and the hash of its content: enough to prove later which
//! content it was. The content stays where it is.

mod look;

use crate::domain::{deal::ContentHash, mdf::claim::content::DOCUMENT_BYTES_MAX, text::Text};
use look::{Seen, media_type};
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// The largest file that is read, in bytes: what a mailbox would take. The same at every desk, so that no file is read to its
/// end and then refused.
pub const FILE_BYTES_MAX: u64 = DOCUMENT_BYTES_MAX;
/// Sizes are said in these.
const MIB: u64 = 1 << 20;
/// How much is read at once.
const CHUNK: usize = 1 << 16;

/// What is kept of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Without its folders.
    pub name: Text,
    /// In bytes.
    pub size: u64,
    pub hash: ContentHash,
    /// By the ending of its name, which its first bytes agree with; empty when unknown.
    pub media_type: &'static str,
}

/// Reads a file once from its beginning to its end. `typed` may stand in quotes or have backslashes
/// in it, as a terminal pastes a file that is dropped on it, and begin with `~/`, which is `home`.
///
/// # Errors
/// One sentence, when there is no such file, it is none that can be read to an end, it is empty or larger than
/// [`FILE_BYTES_MAX`], or its content is not what its name says.
pub fn file_facts(typed: &str, home: Option<&Path>) -> Result<FileFacts, String> {
    let path = path(typed, home);
    let shown = Text::clean(&path.to_string_lossy());
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => format!("there is no file {shown} on this machine"),
        io::ErrorKind::PermissionDenied => format!("{shown} may not be read by you"),
        _ => format!("{shown} was not read: {error}"),
    };
    // Looked at before it is opened: opening a pipe would wait for whoever writes into it.
    let kind = path.metadata().map_err(failed)?;
    if kind.is_dir() {
        return Err(format!("{shown} is a folder: name a file in it"));
    }
    if !kind.is_file() {
        return Err(format!("{shown} is no regular file"));
    }
    let too_big = |size: u64| format!("{shown} has {} MiB: a document has {} MiB at most", size.div_ceil(MIB), FILE_BYTES_MAX / MIB);
    if kind.len() > FILE_BYTES_MAX {
        return Err(too_big(kind.len()));
    }
    let (size, hash, seen) = digest(File::open(&path).map_err(failed)?).map_err(failed)?;
    match size {
        0 => Err(format!("{shown} is empty")),
        // It grew while it was read.
        _ if size > FILE_BYTES_MAX => Err(too_big(size)),
        _ => {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
            let media_type = media_type(&shown, &ending, &seen)?;
            Ok(FileFacts { name: Text::clean(&name), size, hash, media_type })
        }
    }
}

fn digest(file: File) -> io::Result<(u64, ContentHash, Seen)> {
    let (mut hasher, mut size, mut seen, mut chunk) = (blake3::Hasher::new(), 0, Seen::nothing(), vec![0; CHUNK]);
    let mut file = file.take(FILE_BYTES_MAX + 1);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((size, ContentHash(*hasher.finalize().as_bytes()), seen)),
            count => {
                hasher.update(&chunk[..count]);
                seen.take(&chunk[..count]);
                size += count as u64;
            }
        }
    }
}

fn path(typed: &str, home: Option<&Path>) -> PathBuf {
    let typed = typed.trim();
    let at = |bare: &str| match (bare.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(bare),
    };
    if let Some(quoted) = ['\'', '"'].into_iter().find_map(|mark| typed.strip_prefix(mark)?.strip_suffix(mark)) {
        return at(quoted);
    }
    // A name may hold a backslash of its own.
    let bare = at(typed);
    if bare.exists() { bare } else { at(&without_backslashes(typed)) }
}

/// What a terminal meant that put a backslash before each character that a shell would read otherwise.
fn without_backslashes(typed: &str) -> String {
    let (mut out, mut signs) = (String::with_capacity(typed.len()), typed.chars());
    while let Some(sign) = signs.next() {
        out.push(if sign == '\\' { signs.next().unwrap_or(sign) } else { sign });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        file_facts(&path.to_string_lossy(), None).expect_err("it is refused").replace(&*path.to_string_lossy(), "FILE")
    }

    #[test]
    fn a_file_is_kept_by_name_size_and_hash_however_its_path_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Letter of May.PDF");
        std::fs::write(&path, "%PDF-1.4 we want them").expect("it is written");
        let plain = path.to_string_lossy().into_owned();
        let facts = file_facts(&plain, None).expect("it is read");
        assert_eq!((facts.name.as_str(), facts.size, facts.media_type), ("Letter of May.PDF", 21, "application/pdf"));
        assert_eq!(facts.hash, ContentHash::of(b"%PDF-1.4 we want them"));
        let others = [format!("'{plain}'"), format!(" \"{plain}\" "), plain.replace(' ', "\\ "), "~/Letter of May.PDF".to_owned()];
        assert!(others.iter().all(|typed| file_facts(typed, Some(folder.path())) == Ok(facts.clone())), "{others:?}");
    }

    #[test]
    fn what_a_terminal_escapes_is_read_and_what_a_name_holds_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("Offer (final) & more.pdf"), "%PDF-1.4 one").expect("it is written");
        std::fs::write(folder.path().join(r"a\b.pdf"), "%PDF-1.4 two").expect("it is written");
        let read = |typed: &str| file_facts(typed, Some(folder.path())).map(|facts| facts.name.to_string());
        assert_eq!(read(r"~/Offer\ \(final\)\ \&\ more.pdf"), Ok("Offer (final) & more.pdf".to_owned()));
        assert_eq!(read(r"~/a\b.pdf"), Ok(r"a\b.pdf".to_owned()));
        assert_eq!(read(r"~/a\\b.pdf"), Ok(r"a\b.pdf".to_owned()));
    }

    #[test]
    fn what_cannot_be_kept_is_refused_in_a_sentence() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name);
        assert_eq!(refused(&file("none.pdf")), "there is no file FILE on this machine");
        assert_eq!(refused(folder.path()), "FILE is a folder: name a file in it");
        assert_eq!(refused(Path::new("/dev/null")), "FILE is no regular file");
        std::fs::write(file("empty.pdf"), "").expect("it is written");
        assert_eq!(refused(&file("empty.pdf")), "FILE is empty");
        std::fs::write(file("evil.pdf"), b"MZ\x90\0\x03\0\0\0\x04\0").expect("it is written");
        let why = "FILE is named as a PDF document and looks like a program for Windows";
        let what = "attach the document itself, or give the file the name of what it is";
        assert_eq!(refused(&file("evil.pdf")), format!("{why}: {what}"));
        let big = File::create(file("big.iso")).expect("it is made");
        big.set_len(FILE_BYTES_MAX + 1).expect("it is sparse");
        assert_eq!(refused(&file("big.iso")), "FILE has 26 MiB: a document has 25 MiB at most");
        big.set_len(FILE_BYTES_MAX).expect("it is sparse");
        assert_eq!(file_facts(&file("big.iso").to_string_lossy(), None).expect("just small enough").size, FILE_BYTES_MAX);
    }
}
