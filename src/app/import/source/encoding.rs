//! Which encoding a file is in. The whole file is looked at, because the first umlaut may stand on its last line.

use super::SourceError;
use encoding_rs_io::DecodeReaderBytesBuilder;
use std::{
    fmt,
    fs::File,
    io::{self, Read},
    str::FromStr,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// What Windows calls ANSI in the West; Latin-1 is a part of it.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (little endian)",
            Self::Utf16Be => "UTF-16 (big endian)",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
            "utf8" => Ok(Self::Utf8),
            "utf16" | "utf16le" => Ok(Self::Utf16Le),
            "utf16be" => Ok(Self::Utf16Be),
            "windows1252" | "cp1252" | "latin1" | "iso88591" => Ok(Self::Windows1252),
            _ => Err(format!("`{text}` is not an encoding that is read; it can be utf-8, utf-16, utf-16be or windows-1252")),
        }
    }
}

/// Reads `file` to its end and says what it is. A file that is mostly UTF-8 with some broken places stays UTF-8: the rows
/// with those places are rejected one by one rather than all the others misread.
pub fn detect(file: &mut File) -> Result<Encoding, SourceError> {
    let mut buffer = vec![0; 256 << 10];
    let mut filled = read_full(file, &mut buffer)?;
    if let Some(encoding) = by_beginning(&buffer[..filled])? {
        return Ok(encoding);
    }
    let (mut letters, mut broken) = (0u64, 0u64);
    loop {
        let last = filled < buffer.len();
        let rest = tally(&buffer[..filled], last, &mut letters, &mut broken);
        if last {
            break;
        }
        // A character cut in two by the end of the buffer is looked at again with its other half.
        buffer.copy_within(filled - rest..filled, 0);
        filled = rest + read_full(file, &mut buffer[rest..])?;
    }
    Ok(if broken > letters { Encoding::Windows1252 } else { Encoding::Utf8 })
}

/// The bytes of `file` as UTF-8 without a byte order mark. UTF-8 itself passes unchanged, broken places included.
pub fn decoded(file: File, encoding: Encoding) -> io::Result<Box<dyn Read + Send>> {
    let known = match encoding {
        Encoding::Utf8 => return without_mark(file),
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
    };
    Ok(Box::new(DecodeReaderBytesBuilder::new().encoding(Some(known)).strip_bom(true).bom_override(true).build(file)))
}

fn without_mark(mut file: File) -> io::Result<Box<dyn Read + Send>> {
    let mut mark = [0; 3];
    let read = read_full(&mut file, &mut mark)?;
    let kept = if mark == [0xef, 0xbb, 0xbf] { Vec::new() } else { mark[..read].to_vec() };
    Ok(Box::new(io::Cursor::new(kept).chain(file)))
}

fn by_beginning(bytes: &[u8]) -> Result<Option<Encoding>, SourceError> {
    let refused = |what: &str| Err(SourceError::Unreadable(what.to_owned()));
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => return Ok(Some(Encoding::Utf8)),
        [0xff, 0xfe, ..] => return Ok(Some(Encoding::Utf16Le)),
        [0xfe, 0xff, ..] => return Ok(Some(Encoding::Utf16Be)),
        [b'P', b'K', 3, 4, ..] => return refused("it is a workbook or a zip archive; save the sheet as CSV first"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return refused("it is an old Excel workbook; save the sheet as CSV first"),
        [0x1f, 0x8b, ..] => return refused("it is compressed; unpack it first"),
        [b'%', b'P', b'D', b'F', ..] => return refused("it is a PDF; export the table as CSV first"),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(4096)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if even + odd == 0 {
        Ok(None)
    } else if odd > half / 2 && even < half / 10 {
        Ok(Some(Encoding::Utf16Le))
    } else if even > half / 2 && odd < half / 10 {
        Ok(Some(Encoding::Utf16Be))
    } else {
        refused("it is not a text file: it holds NUL characters")
    }
}

/// Counts characters beyond ASCII and broken places; returns how many bytes at the end belong to a cut character.
fn tally(bytes: &[u8], last: bool, letters: &mut u64, broken: &mut u64) -> usize {
    let mut rest = bytes;
    loop {
        let (valid, error) = match std::str::from_utf8(rest) {
            Ok(text) => (text.as_bytes(), None),
            Err(error) => (&rest[..error.valid_up_to()], Some(error)),
        };
        *letters += valid.iter().filter(|byte| **byte >= 0xc0).count() as u64;
        let Some(error) = error else { return 0 };
        rest = &rest[error.valid_up_to()..];
        match error.error_len() {
            Some(length) => {
                *broken += 1;
                rest = &rest[length..];
            }
            None if last => {
                *broken += 1;
                return 0;
            }
            None => return rest.len(),
        }
    }
}

/// Fills `buffer` unless the file ends before.
fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
