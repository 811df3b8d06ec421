use super::*;
use std::io::Write;

/// Everything that a file gives: its description, its rows as text, the rejects and how it ended.
struct Given {
    description: String,
    rows: Vec<(u64, Vec<String>)>,
    rejects: Vec<String>,
    end: Option<String>,
}

fn read(bytes: &[u8]) -> Result<Given, SourceError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut source = Source::open(file.path(), &Options::default())?;
    let mut given = Given { description: source.description.clone(), rows: Vec::new(), rejects: Vec::new(), end: None };
    loop {
        match source.next_row() {
            Ok(None) => return Ok(given),
            Ok(Some(Ok(row))) => given.rows.push((row.line, row.cells())),
            Ok(Some(Err(reject))) => given.rejects.push(reject.to_string()),
            Err(error) => {
                given.end = Some(error.to_string());
                return Ok(given);
            }
        }
    }
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).err().map_or_else(String::new, |error| error.to_string())
}

fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

const TABLE: &str = "name,city\r\nMüller,Köln\r\nÇelik,\"İzmir, TR\"\r\n";

#[test]
fn every_usual_encoding_gives_the_same_rows() {
    let windows = encoding_rs::WINDOWS_1252.encode("name,city\r\nMüller,Köln\r\nÇelik,\"Izmir, TR\"\r\n").0.into_owned();
    let marked = [b"\xef\xbb\xbf", TABLE.as_bytes()].concat();
    for (bytes, encoding) in [
        (TABLE.as_bytes().to_vec(), "UTF-8 CSV"),
        (marked, "UTF-8 CSV"),
        (utf16(TABLE, true, u16::to_le_bytes), "UTF-16 (little endian) CSV"),
        (utf16(TABLE, true, u16::to_be_bytes), "UTF-16 (big endian) CSV"),
        (utf16(TABLE, false, u16::to_le_bytes), "UTF-16 (little endian) CSV"),
        (windows, "Windows-1252 CSV"),
    ] {
        let given = read(&bytes).unwrap();
        assert_eq!(given.description, format!("{encoding} separated by `,`, 2 columns"));
        assert_eq!(given.rows[0], (2, vec!["Müller".to_owned(), "Köln".to_owned()]), "{encoding}");
        assert_eq!(given.rows[1].1[0], "Çelik");
    }
}

#[test]
fn an_umlaut_on_the_last_line_of_a_long_file_decides_its_encoding() {
    let mut bytes = b"name,city\n".to_vec();
    for n in 0..50_000 {
        bytes.extend_from_slice(format!("company {n},Bonn\n").as_bytes());
    }
    bytes.extend_from_slice(b"M\xfcller,K\xf6ln\n");
    let given = read(&bytes).unwrap();
    assert_eq!((given.rows.len(), given.rows[50_000].1[0].as_str()), (50_001, "Müller"));
}

#[test]
fn a_broken_character_among_good_ones_costs_its_row_only() {
    let given = read(b"name,city\nM\xc3\xbcller,K\xc3\xb6ln\nMiller,K\xf6ln\nBauer,Bonn\n").unwrap();
    assert_eq!(given.rows.len(), 2);
    assert_eq!(
        given.rejects,
        [
            "line 3, column 2 (`city`): holds bytes that are not UTF-8, unlike the rest of the file; correct it, or name the file's encoding in the mapping"
        ]
    );
}

#[test]
fn separators_are_found_and_declared() {
    for (text, separator) in [
        ("a;b;c\n1,5;2;3\n", "`;`"),
        ("a\tb\n1,2\t3\n", "tabs"),
        ("a|b\n1|2\n", "`|`"),
        ("a,b\n1,\"x;y;z\"\n", "`,`"),
        ("a\n1\n", "`,`"),
        ("sep=;\na;b,c\n1;2\n", "`;`"),
    ] {
        let given = read(text.as_bytes()).unwrap();
        assert!(given.description.contains(&format!("separated by {separator}")), "{text}: {}", given.description);
        assert_eq!(given.rows[0].0, if text.starts_with("sep") { 3 } else { 2 });
        assert!(given.rejects.is_empty());
    }
}

#[test]
fn lines_are_those_of_the_file() {
    let given = read(b"a,b\n\"one\ntwo\",x\n\n3,4,5\n6\n,,\n7,8,,\n").unwrap();
    assert_eq!(given.rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 8]);
    assert_eq!(given.rows[0].1[0], "one\ntwo");
    assert_eq!(
        given.rejects,
        [
            "line 5: it has 3 cells for 2 columns; a cell that holds the separator needs quotes",
            "line 6: it has 1 cells for 2 columns; is a line break inside a cell without quotes?",
            "line 7: every cell is empty",
        ]
    );
}

#[test]
fn what_is_no_table_is_said() {
    assert_eq!(refusal(b""), "the file is empty");
    assert_eq!(refusal(b" \n \n"), "the file is empty");
    assert_eq!(refusal(b"PK\x03\x04rest"), "it is a workbook or a zip archive; save the sheet as CSV first");
    assert_eq!(refusal(b"\x1f\x8bxx"), "it is compressed; unpack it first");
    assert_eq!(refusal(b"ab\0\0\0cd\0"), "it is not a text file: it holds NUL characters");
    assert_eq!(refusal(b",,\n1,2,3\n"), "line 1: the first row has to name the columns, and it is empty");
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_file() {
    let mut bytes = b"a,b\n1,2\n\"3,4\n".to_vec();
    bytes.extend(std::iter::repeat_n(b"x,y\n", 1_000_000).flatten());
    let given = read(&bytes).unwrap();
    assert_eq!(given.rows.len(), 1);
    assert_eq!(given.end.unwrap(), "line 3: the row that begins here is longer than 1048576 bytes; is a quote never closed?");
}

#[test]
fn a_huge_cell_is_rejected() {
    let given = read(format!("a,b\n1,{}\n3,4\n", "x".repeat(CELL_BYTES_MAX + 1)).as_bytes()).unwrap();
    assert_eq!((given.rows.len(), given.rejects.len()), (1, 1));
    assert!(given.rejects[0].starts_with("line 2, column 2 (`b`): is 65537 bytes long"), "{}", given.rejects[0]);
}

#[test]
fn columns_are_found_by_name_number_and_without_regard_to_case() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"Id,E-Mail,Email,City\n1,2,3,4\n").unwrap();
    let source = Source::open(file.path(), &Options::default()).unwrap();
    let place = |name: &str| source.column(name).map(|column| column.and_then(|column| column.place));
    assert_eq!(place("city"), Ok(Some(3)));
    assert_eq!(place("Email"), Ok(Some(2)), "an exact name wins");
    assert_eq!(place("#4"), Ok(Some(3)));
    assert_eq!(place("#5"), Ok(None));
    assert_eq!(place("nothing"), Ok(None));
    let mut twice = tempfile::NamedTempFile::new().unwrap();
    twice.write_all(b"x,x\n1,2\n").unwrap();
    let source = Source::open(twice.path(), &Options::default()).unwrap();
    assert_eq!(source.column("x").unwrap_err(), "column `x` stands twice, as number 1 and 2; refer to one of them as `#1`");
}

#[test]
fn json_comes_in_three_shapes() {
    let shapes = [
        ("[{\"a\": 1, \"b\": {\"c\": \"x\"}},\n {\"a\": 2}]", "an array of objects"),
        ("{\"a\": 1, \"b\": {\"c\": \"x\"}}\n{\"a\": 2}\n", "one object a line"),
        ("{\"totalSize\": 2, \"records\": [{\"a\": 1, \"b\": {\"c\": \"x\"}},\n{\"a\": 2}]}", "the objects in `records`"),
    ];
    for (text, shape) in shapes {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut source = Source::open(file.path(), &Options::default()).unwrap();
        assert_eq!(source.description, format!("UTF-8 JSON, {shape}"));
        let nested = source.column("b.c").unwrap().unwrap();
        let first = source.next_row().unwrap().unwrap().unwrap();
        let second = source.next_row().unwrap().unwrap().unwrap();
        assert_eq!((first.line, first.get(&nested)), (1, Some("x")));
        assert_eq!((second.line, second.get(&nested)), (2, None));
        assert!(source.next_row().unwrap().is_none());
    }
    assert_eq!(read(b"[]").unwrap().rows.len(), 0);
}

#[test]
fn a_broken_object_costs_its_row_only() {
    let given = read(b"[{\"a\": 1},\n{\"a\": \"}\",,},\n{\"a\": \"\\\"}\"}]").unwrap();
    assert_eq!(given.rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3]);
    assert!(given.rejects[0].starts_with("line 2: is not JSON: "), "{}", given.rejects[0]);
    assert_eq!(read(b"[{\"a\": 1}, 7]").unwrap().end.unwrap(), "line 1: an object `{..}` has to begin here, found `7`");
    assert_eq!(read(b"[{\"a\": 1}").unwrap().end.unwrap(), "line 1: the file ends before its list does: `]` is missing");
    assert_eq!(read(b"{\"a\": 1}\n{\"a\": 2").unwrap().end.unwrap(), "line 2: the object that begins here is never closed");
}
