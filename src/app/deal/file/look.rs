//! What a document is: by the ending of its name, which says what it claims to be, and by its first bytes, which say what it
//! looks like. The two have to agree: evidence is opened by people, long after it was handed in.

/// How much of the beginning tells one from the other.
pub const HEAD: usize = 8;

/// What a document may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Pdf,
    Png,
    Jpeg,
    Tiff,
    Zip,
    Text,
    /// What no ending below promises: only the words for it.
    Other(&'static str),
}

/// A type by the ending of a name.
struct Kind {
    endings: &'static [&'static str],
    media_type: &'static str,
    words: &'static str,
    look: Look,
}

const KINDS: &[Kind] = &[
    Kind { endings: &["pdf"], media_type: "application/pdf", words: "a PDF document", look: Look::Pdf },
    Kind { endings: &["png"], media_type: "image/png", words: "a PNG picture", look: Look::Png },
    Kind { endings: &["jpg", "jpeg"], media_type: "image/jpeg", words: "a JPEG picture", look: Look::Jpeg },
    Kind { endings: &["tif", "tiff"], media_type: "image/tiff", words: "a TIFF picture", look: Look::Tiff },
    Kind {
        endings: &["xlsx"],
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        words: "an Excel workbook",
        look: Look::Zip,
    },
    Kind {
        endings: &["docx"],
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        words: "a Word document",
        look: Look::Zip,
    },
    Kind { endings: &["txt"], media_type: "text/plain", words: "text", look: Look::Text },
    Kind { endings: &["csv"], media_type: "text/csv", words: "a table as text", look: Look::Text },
    Kind { endings: &["eml"], media_type: "message/rfc822", words: "a mail", look: Look::Text },
];

/// How files begin. TIFF has two orders of bytes, and a newer form for large pictures in each.
const BEGINNINGS: &[(&[u8], Look)] = &[
    (b"%PDF-", Look::Pdf),
    (b"\x89PNG\r\n\x1a\n", Look::Png),
    (b"\xff\xd8\xff", Look::Jpeg),
    (b"II*\0", Look::Tiff),
    (b"MM\0*", Look::Tiff),
    (b"II+\0", Look::Tiff),
    (b"MM\0+", Look::Tiff),
    (b"PK\x03\x04", Look::Zip),
    (b"MZ", Look::Other("a program for Windows")),
    (b"\x7fELF", Look::Other("a program for Linux")),
    (b"\xd0\xcf\x11\xe0", Look::Other("a document of an old Office")),
    (b"GIF8", Look::Other("a GIF picture")),
];

impl Look {
    const fn words(self) -> &'static str {
        match self {
            Self::Pdf => "a PDF document",
            Self::Png => "a PNG picture",
            Self::Jpeg => "a JPEG picture",
            Self::Tiff => "a TIFF picture",
            Self::Zip => "a ZIP archive",
            Self::Text => "text",
            Self::Other(words) => words,
        }
    }
}

/// What is noted of the content while it is read once.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    head: [u8; HEAD],
    held: usize,
    /// No byte that text has no use for. Old mail and tables are in code pages of eight bits and stay evidence as they are, so
    /// that it need not be UTF-8.
    is_text: bool,
}

impl Seen {
    pub const fn nothing() -> Self {
        Self { head: [0; HEAD], held: 0, is_text: true }
    }

    /// The next part of the content.
    pub fn take(&mut self, part: &[u8]) {
        for (place, byte) in self.head[self.held..].iter_mut().zip(part) {
            *place = *byte;
            self.held += 1;
        }
        // Form feed and escape stand in printouts.
        self.is_text &= part.iter().all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b));
    }

    fn looks(&self, is_named_text: bool) -> Look {
        let known = BEGINNINGS.iter().find(|(begins, _)| self.head[..self.held].starts_with(begins)).map(|(_, look)| *look);
        match known {
            // A note may begin with any two letters.
            Some(Look::Other(_)) | None if self.is_text && is_named_text => Look::Text,
            Some(look) => look,
            None if self.is_text => Look::Text,
            None => Look::Other("data of no kind known here"),
        }
    }
}

/// The media type by the ending of a name, in small letters; empty where it promises nothing that is known here.
///
/// # Errors
/// One sentence where the content looks like something else. `shown` is the file as it was named.
pub fn media_type(shown: &str, ending: &str, seen: &Seen) -> Result<&'static str, String> {
    let Some(kind) = KINDS.iter().find(|kind| kind.endings.contains(&ending)) else { return Ok("") };
    let look = seen.looks(kind.look == Look::Text);
    if look == kind.look {
        return Ok(kind.media_type);
    }
    let (claims, looks) = (kind.words, look.words());
    Err(format!("{shown} is named as {claims} and looks like {looks}: attach the document itself, or give the file the name of what it is"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mdf::claim::content::MEDIA_TYPES;

    fn of(ending: &str, content: &[u8]) -> Result<&'static str, String> {
        let mut seen = Seen::nothing();
        // However few bytes a read brings.
        content.chunks(3).for_each(|part| seen.take(part));
        media_type("FILE", ending, &seen)
    }

    #[test]
    fn each_type_is_known_by_its_ending_and_its_first_bytes() {
        let zip: &[u8] = b"PK\x03\x04\x14\0\x06\0";
        for (endings, content, media) in [
            (&["pdf"][..], &b"%PDF-1.7\n%\xe2\xe3"[..], "application/pdf"),
            (&["png"], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (&["jpg", "jpeg"], b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (&["tif", "tiff"], b"II*\0\x08\0\0\0", "image/tiff"),
            (&["tif", "tiff"], b"MM\0*\0\0\0\x08", "image/tiff"),
            (&["xlsx"], zip, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (&["docx"], zip, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (&["txt"], b"MZ was there on Monday", "text/plain"),
            (&["csv"], "Straße;Größe\r\n".as_bytes(), "text/csv"),
            (&["eml"], b"Subject: Gr\xfc\xdfe\r\n\r\nHello", "message/rfc822"),
            (&["iso", ""], b"MZ\0\0", ""),
        ] {
            for ending in endings {
                assert_eq!(of(ending, content), Ok(media), "{ending}");
            }
        }
    }

    #[test]
    fn what_looks_like_something_else_is_refused_in_a_sentence() {
        let program = b"MZ\x90\0\x03\0\0\0\x04\0";
        let what = "attach the document itself, or give the file the name of what it is";
        for (ending, content, why) in [
            ("pdf", &program[..], "a PDF document and looks like a program for Windows"),
            ("csv", program, "a table as text and looks like a program for Windows"),
            ("png", b"\xff\xd8\xff\xe0", "a PNG picture and looks like a JPEG picture"),
            ("jpg", b"we want them", "a JPEG picture and looks like text"),
            ("txt", b"%PDF-1.4\n", "text and looks like a PDF document"),
            ("eml", b"From: a\0b", "a mail and looks like data of no kind known here"),
            ("xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook and looks like a document of an old Office"),
            ("tiff", b"II", "a TIFF picture and looks like text"),
        ] {
            assert_eq!(of(ending, content), Err(format!("FILE is named as {why}: {what}")), "{ending}");
        }
    }

    #[test]
    fn every_type_that_a_claim_takes_has_an_ending() {
        for media in MEDIA_TYPES {
            assert!(KINDS.iter().any(|kind| kind.media_type == media), "{media}");
        }
    }
}
