//! A document as a tree. Files of a bank are small enough for that; what is too large, too deep or calls for entities of
//! its own is refused.

use quick_xml::{
    Reader, Writer,
    events::{BytesDecl, BytesStart, BytesText, Event},
};

/// The largest file that is read, in bytes, how many elements it may have (each takes more memory than its four characters),
/// and how deep they may nest.
pub const BYTES_MAX: usize = 32 << 20;
const ELEMENTS_MAX: usize = 1_000_000;
const DEPTH_MAX: usize = 64;

/// An element, by its name without a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Its own text, without white space at the ends.
    pub text: String,
    pub children: Vec<Self>,
    /// Where it begins, from 1; 0 in one that was not read.
    pub line: u64,
}

impl Element {
    pub fn of(name: &str, children: Vec<Self>) -> Self {
        Self { name: name.to_owned(), children, ..Self::default() }
    }

    pub fn text(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, attribute: &str, value: &str) -> Self {
        self.attributes.push((attribute.to_owned(), value.to_owned()));
        self
    }

    /// The children of this name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element on this path of names: `Refs/EndToEndId`.
    pub fn find(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |element, name| element.children.iter().find(|child| child.name == name))
    }

    /// The text of the first element on this path, if it is not empty.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.find(path).map(|element| element.text.as_str()).filter(|text| !text.is_empty())
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The whole document, with its declaration, indented.
    pub fn document(&self) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        // Writing to memory never fails.
        let _ = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        let _ = self.write(&mut writer);
        let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
        text.push('\n');
        text
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let attributes = self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let start = BytesStart::new(self.name.as_str()).with_attributes(attributes);
        writer.write_event(Event::Start(start.borrow()))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&self.text)))?;
        }
        self.children.iter().try_for_each(|child| child.write(writer))?;
        writer.write_event(Event::End(start.to_end()))
    }
}

/// Reads a document. The error is a fragment that begins with the line.
pub fn read(text: &str) -> Result<Element, String> {
    if text.len() > BYTES_MAX {
        return Err(format!("the file has more than {BYTES_MAX} bytes, and no more are read"));
    }
    let mut tree = Tree { text, line: 1, seen: 0, elements: 0, open: Vec::new() };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).saturating_add(skipped);
        let event = reader.read_event().map_err(|error| {
            let at = usize::try_from(reader.error_position()).unwrap_or(at).saturating_add(skipped);
            format!("line {}: {error}", tree.line_of(at))
        })?;
        if let Some(root) = tree.take(event, at)? {
            return Ok(root);
        }
    }
}

struct Tree<'t> {
    text: &'t str,
    /// Of the byte that was looked at last.
    line: u64,
    seen: usize,
    elements: usize,
    open: Vec<Element>,
}

impl Tree<'_> {
    fn line_of(&mut self, at: usize) -> u64 {
        let at = at.min(self.text.len());
        if at > self.seen {
            let between = &self.text.as_bytes()[self.seen..at];
            self.line += between.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            self.seen = at;
        }
        self.line
    }

    /// Takes one event in; gives the root when it is closed.
    fn take(&mut self, event: Event<'_>, at: usize) -> Result<Option<Element>, String> {
        let line = self.line_of(at);
        let told = |message: &str| Err(format!("line {line}: {message}"));
        if matches!(event, Event::Start(_) | Event::Empty(_)) {
            self.elements += 1;
        }
        if self.elements > ELEMENTS_MAX {
            return told(&format!("it has more than {ELEMENTS_MAX} elements"));
        }
        match event {
            Event::Start(start) => {
                if self.open.len() >= DEPTH_MAX {
                    return told("the elements are nested too deep");
                }
                self.open.push(begun(&start, line)?);
            }
            Event::Empty(start) => {
                let element = begun(&start, line)?;
                return Ok(self.closed(element));
            }
            Event::End(_) => {
                let Some(mut element) = self.open.pop() else { return told("an element ends that did not begin") };
                element.text = element.text.trim().into();
                return Ok(self.closed(element));
            }
            Event::Text(text) => self.append(&text.xml10_content()),
            Event::CData(text) => self.append(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let plain = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c),
                    _ => [("lt", '<'), ("gt", '>'), ("amp", '&'), ("apos", '\''), ("quot", '"')]
                        .into_iter()
                        .find(|(name, _)| reference.xml10_content() == *name)
                        .map(|(_, c)| c),
                };
                match plain {
                    Some(c) => self.append(c.encode_utf8(&mut [0; 4])),
                    None => return told("it calls for an entity of its own, and none is taken"),
                }
            }
            Event::DocType(_) => return told("it has a document type, and none is taken"),
            Event::Eof => return told("the file ends within an element, or has none"),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(None)
    }

    fn append(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn closed(&mut self, element: Element) -> Option<Element> {
        match self.open.last_mut() {
            Some(parent) => {
                parent.children.push(element);
                None
            }
            None => Some(element),
        }
    }
}

fn begun(start: &BytesStart<'_>, line: u64) -> Result<Element, String> {
    let mut element = Element { name: start.local_name().as_ref().to_owned(), line, ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format!("line {line}: {error}"))?;
        element.attributes.push((attribute.key.local_name().as_ref().to_owned(), attribute.value.into_owned()));
    }
    Ok(element)
}
