//! Text to tree. One pass, no backtracking further than a name; every error points at its characters.

use super::{CHARS_MAX, DEPTH_MAX, Filter, Kind, Op, Room, Spec, When};
use crate::domain::{country::Country, id::Number, nearest::nearest, search, text::Text};
use std::{fmt, marker::PhantomData, ops::Range};

/// Words with a meaning of their own; in quotes they are words to search for.
pub(super) const KEYWORDS: &[&str] = &["and", "or", "not"];

/// Why a filter can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The bytes of the text that it is about; empty and at the end when something is missing there.
    pub span: Range<usize>,
    /// One sentence without its full stop.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

impl std::error::Error for Error {}

/// Reads a filter. An empty text passes everything.
pub fn parse<R: Room>(text: &str) -> Result<Filter<R>, Error> {
    if let Some((end, _)) = text.char_indices().nth(CHARS_MAX) {
        return Err(Error { span: end..text.len(), message: format!("a filter has at most {CHARS_MAX} characters"), hint: None });
    }
    let mut parser = Parser::<R> { text, at: 0, depth: 0, room: PhantomData };
    parser.skip_spaces();
    if parser.done() {
        return Ok(Filter::everything());
    }
    let filter = parser.alternatives()?;
    if parser.done() { Ok(filter) } else { Err(parser.error(parser.at..parser.at + 1, "`)` closes nothing", None)) }
}

struct Parser<'a, R> {
    text: &'a str,
    /// Always at a character boundary.
    at: usize,
    depth: usize,
    room: PhantomData<R>,
}

/// One value after an operator.
struct Item<'a> {
    text: &'a str,
    span: Range<usize>,
    quoted: bool,
}

type Parsed<R> = Result<Filter<R>, Error>;

impl<'a, R: Room> Parser<'a, R> {
    /// `a b or c d`.
    fn alternatives(&mut self) -> Parsed<R> {
        let mut branches = vec![self.terms()?];
        while self.keyword("or") {
            branches.push(self.terms()?);
        }
        Ok(Filter::any(branches))
    }

    /// `a b`, `a and b`.
    fn terms(&mut self) -> Parsed<R> {
        let mut terms = vec![self.term()?];
        loop {
            self.skip_spaces();
            if self.done() || self.rest().starts_with(')') || self.peek_keyword("or") {
                return Ok(Filter::all(terms));
            }
            self.keyword("and");
            terms.push(self.term()?);
        }
    }

    fn term(&mut self) -> Parsed<R> {
        self.skip_spaces();
        let start = self.at;
        if self.keyword("not") {
            return self.nested(start, |parser| parser.term().map(Filter::excluded));
        }
        match self.rest().chars().next() {
            None => {
                Err(self.error(start..start, "a term is missing at the end", Some("write a word or a field such as `score>70`".into())))
            }
            Some(')') => Err(self.error(start..start + 1, "a term is missing before `)`", None)),
            Some('-') => {
                self.at += 1;
                if self.rest().starts_with(|c: char| !c.is_whitespace() && c != ')') {
                    self.nested(start, |parser| parser.term().map(Filter::excluded))
                } else {
                    Err(self.error(
                        start..self.at,
                        "`-` stands directly before what it excludes",
                        Some("write `-word` or `-country:DE`".into()),
                    ))
                }
            }
            Some('(') => self.nested(start, |parser| {
                parser.at += 1;
                let inside = parser.alternatives()?;
                if parser.rest().starts_with(')') {
                    parser.at += 1;
                    return Ok(inside);
                }
                Err(parser.error(start..start + 1, "`(` is never closed", Some("close it with `)`".into())))
            }),
            Some('"') => {
                let item = self.quoted()?;
                self.word(&item)
            }
            Some(_) => self.field_or_word(),
        }
    }

    fn nested(&mut self, start: usize, inside: impl FnOnce(&mut Self) -> Parsed<R>) -> Parsed<R> {
        if self.depth == DEPTH_MAX {
            let message = format!("parentheses and exclusions nest at most {DEPTH_MAX} deep");
            return Err(self.error(start..start + 1, message, None));
        }
        self.depth += 1;
        let inside = inside(self);
        self.depth -= 1;
        inside
    }

    fn field_or_word(&mut self) -> Parsed<R> {
        for keyword in ["and", "or"] {
            if self.peek_keyword(keyword) {
                let span = self.at..self.at + keyword.len();
                let hint = format!("put it in quotes to search for the word: \"{keyword}\"");
                return Err(self.error(span, format!("a term is missing before `{keyword}`"), Some(hint)));
            }
        }
        let start = self.at;
        let name = &self.rest()[..field_name_len(self.rest())];
        let after = &self.rest()[name.len()..];
        let spaced = after.trim_start();
        // Spaces may stand before an operator, but not before `:`, which text in daily use has after words.
        let is_operator = !name.is_empty() && (after.starts_with(':') || operator(spaced).is_some_and(|(symbol, _)| symbol != ":"));
        if is_operator {
            self.at += name.len() + if after.starts_with(':') { 0 } else { after.len() - spaced.len() };
            return self.comparison(name, start);
        }
        let item = self.bare(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
        numbered(item.text).map_or_else(|| self.word(&item), Ok)
    }

    fn word(&self, item: &Item) -> Parsed<R> {
        let words = search::words(item.text);
        if words.is_empty() {
            let message = format!("`{}` has no letter or digit to search for", Text::clean(item.text));
            return Err(self.error(item.span.clone(), message, None));
        }
        Ok(Filter::Word(words))
    }

    /// What follows the name of a field: `>70`, `:DE,FR`, `!=gold`.
    fn comparison(&mut self, name: &str, start: usize) -> Parsed<R> {
        let span = start..start + name.len();
        let spec = R::find(name);
        if spec.is_none() && !name.eq_ignore_ascii_case("is") {
            return Err(self.unknown_field(name, span));
        }
        let (symbol, operator) = self.operator();
        self.skip_spaces();
        let items = self.items(name, symbol)?;
        let Some(spec) = spec else {
            let flags = items.iter().map(|item| self.flag(item)).collect::<Result<_, _>>()?;
            return match operator {
                Operator::Is(Op::Eq) => Ok(Filter::any(flags)),
                Operator::Not => Ok(Filter::any(flags).excluded()),
                Operator::Is(_) => {
                    Err(self.error(span, format!("`is` can't be compared with `{symbol}`"), Some("write `is:breached`".into())))
                }
            };
        };
        let op = match operator {
            Operator::Is(op) => op,
            Operator::Not => Op::Eq,
        };
        if op != Op::Eq
            && let [_, second, ..] = items.as_slice()
        {
            let message = format!("`{symbol}` compares with one value");
            return Err(self.error(second.span.clone(), message, Some(format!("write `{}:` before a list", spec.name))));
        }
        let values = items.iter().map(|item| self.value(spec, op, symbol, item)).collect::<Result<_, _>>()?;
        let any = Filter::any(values);
        Ok(if matches!(operator, Operator::Not) { any.excluded() } else { any })
    }

    fn value(&self, spec: &Spec<R::Field>, op: Op, symbol: &str, item: &Item) -> Parsed<R> {
        if op == Op::Eq && !item.quoted {
            match item.text.to_ascii_lowercase().as_str() {
                "none" => return Ok(Filter::Has(spec.field).excluded()),
                "any" => return Ok(Filter::Has(spec.field)),
                _ => {}
            }
        }
        match spec.kind {
            Kind::Number | Kind::Id | Kind::Future | Kind::Past => self.ordered(spec, op, symbol, item),
            _ if op != Op::Eq => {
                let message = format!("`{}` can't be compared with `{symbol}`", spec.name);
                Err(self.error(item.span.clone(), message, Some(format!("write `{}:{}`", spec.name, Text::clean(item.text)))))
            }
            _ => self.named(spec, item).map(|value| Filter::Text { field: spec.field, value }),
        }
    }

    /// A value of a field that is compared for equality.
    fn named(&self, spec: &Spec<R::Field>, item: &Item) -> Result<String, Error> {
        let shown = Text::clean(item.text);
        let wrong = |message: String, hint: Option<String>| Err(self.error(item.span.clone(), message, hint));
        match spec.kind {
            Kind::Country => Country::find(item.text).map(|country| country.to_string()).map_or_else(
                || {
                    let names: Vec<Country> = Country::all().collect();
                    let near = nearest(item.text, names.iter().map(|country| country.name()));
                    wrong(
                        format!("`{shown}` is not a country"),
                        near.map(did_you_mean).or_else(|| Some("write a code such as DE, or a name".into())),
                    )
                },
                Ok,
            ),
            Kind::Choice(choices) => {
                let wanted = search::slug(item.text).replace('-', "_");
                if choices.contains(&wanted.as_str()) {
                    return Ok(wanted);
                }
                let said = R::SAID.iter().find(|(said, _)| *said == wanted).map(|(_, meant)| *meant);
                if let Some(value) = said.filter(|value| choices.contains(value)) {
                    return Ok(value.to_owned());
                }
                let terms = said.filter(|meant| meant.contains(':')).map(|terms| format!("write `{terms}`"));
                let near = terms.or_else(|| nearest(&wanted, choices.iter().copied()).map(did_you_mean));
                let article = if spec.name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                let list = || Some(format!("it can be {}", choices.join(", ")));
                wrong(format!("`{shown}` is not {article} {}", spec.name), near.or_else(list))
            }
            Kind::Other(letter) => other(letter, item.text).map_or_else(
                || {
                    let example = spec.examples.first().map(|example| format!("for example `{example}`"));
                    wrong(format!("`{shown}` is not a number of the form {letter}-1"), example)
                },
                Ok,
            ),
            Kind::Code | Kind::Words | Kind::Number | Kind::Id | Kind::Future | Kind::Past => {
                let value = if spec.kind == Kind::Code { search::slug(item.text) } else { search::words(item.text) };
                if value.is_empty() {
                    return wrong(format!("`{shown}` has no letter or digit to compare with"), None);
                }
                Ok(value)
            }
        }
    }

    /// A value of a field that has an order, or a range of two.
    fn ordered(&self, spec: &Spec<R::Field>, op: Op, symbol: &str, item: &Item) -> Parsed<R> {
        let Some((low, high)) = item.text.split_once("..") else {
            return self.bound(spec, op, item.text, item.span.clone());
        };
        if op != Op::Eq {
            let hint = format!("write `{}:{}`", spec.name, Text::clean(item.text));
            return Err(self.error(item.span.clone(), format!("a range can't be compared with `{symbol}`"), Some(hint)));
        }
        let middle = item.span.start + low.len();
        let mut ends = Vec::new();
        if !low.is_empty() {
            ends.push(self.bound(spec, Op::Ge, low, item.span.start..middle)?);
        }
        if !high.is_empty() {
            ends.push(self.bound(spec, Op::Le, high, middle + 2..item.span.end)?);
        }
        if ends.is_empty() {
            return Err(self.error(
                item.span.clone(),
                "a range needs a beginning or an end",
                spec.examples.last().map(|example| format!("for example `{example}`")),
            ));
        }
        Ok(Filter::all(ends))
    }

    fn bound(&self, spec: &Spec<R::Field>, op: Op, text: &str, span: Range<usize>) -> Parsed<R> {
        let field = spec.field;
        let shown = Text::clean(text);
        if matches!(spec.kind, Kind::Future | Kind::Past) {
            let when = When::read(text).map_err(|(message, hint)| self.error(span, format!("`{shown}` {message}"), Some(hint)))?;
            // "within": a single microsecond is never what is meant.
            let op = if op == Op::Eq && matches!(when, When::Length(_)) { Op::Le } else { op };
            return Ok(Filter::Time { field, op, when });
        }
        let number = if spec.kind == Kind::Id { text.parse::<R::Id>().ok().map(Number::number) } else { text.parse().ok() };
        number.map(|value| Filter::Number { field, op, value }).ok_or_else(|| {
            self.error(
                span,
                if spec.kind == Kind::Id {
                    format!("`{shown}` is not a number of a record here")
                } else {
                    format!("`{shown}` is not a whole number")
                },
                spec.examples.first().map(|example| format!("for example `{example}`")),
            )
        })
    }

    fn flag(&self, item: &Item) -> Parsed<R> {
        R::find_flag(item.text).map(Filter::Is).ok_or_else(|| {
            let known = || R::FLAGS.iter().map(|spec| spec.name);
            let stage = R::FIELDS.iter().find_map(|spec| match spec.kind {
                Kind::Choice(choices) => {
                    choices.iter().find(|choice| choice.eq_ignore_ascii_case(item.text)).map(|choice| format!("{}:{choice}", spec.name))
                }
                _ => None,
            });
            let hint = stage.as_deref().or_else(|| nearest(item.text, known())).map(did_you_mean);
            let list = || Some(format!("it can be {}", known().collect::<Vec<_>>().join(", ")));
            self.error(item.span.clone(), format!("`{}` is not a state that `is:` knows", Text::clean(item.text)), hint.or_else(list))
        })
    }

    fn unknown_field(&self, name: &str, span: Range<usize>) -> Error {
        let known = R::FIELDS.iter().flat_map(Spec::names).chain(["is"]);
        let quote = "put the text in quotes to search for it".to_owned();
        let hint = nearest(name, known).map_or(quote, did_you_mean);
        self.error(span, format!("there is no field `{name}`"), Some(hint))
    }

    fn operator(&mut self) -> (&'static str, Operator) {
        // `score:>70` is what other search boxes teach.
        if self.rest().starts_with(':') && operator(self.rest()[1..].trim_start()).is_some_and(|(symbol, _)| symbol != ":") {
            self.at += 1;
            self.skip_spaces();
        }
        let (symbol, op) = operator(self.rest()).unwrap_or((":", Operator::Is(Op::Eq)));
        self.at += symbol.len();
        (symbol, op)
    }

    /// The values after an operator, separated by commas.
    fn items(&mut self, name: &str, symbol: &str) -> Result<Vec<Item<'a>>, Error> {
        let mut items = Vec::new();
        loop {
            let item = if self.rest().starts_with('"') {
                self.quoted()?
            } else {
                self.bare(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"' | ','))
            };
            if item.text.is_empty() && !item.quoted {
                let before = if items.is_empty() { symbol } else { "," };
                let example = R::find(name).and_then(|spec| spec.examples.first()).copied().unwrap_or("is:breached");
                return Err(self.error(
                    item.span,
                    format!("a value is missing after `{before}`"),
                    Some(format!("for example `{example}`")),
                ));
            }
            items.push(item);
            if !self.rest().starts_with(',') {
                return Ok(items);
            }
            self.at += 1;
            self.skip_spaces();
        }
    }

    fn bare(&mut self, ends: impl Fn(char) -> bool) -> Item<'a> {
        let start = self.at;
        let rest = &self.text[start..];
        self.at += rest.find(ends).unwrap_or(rest.len());
        Item { text: &self.text[start..self.at], span: start..self.at, quoted: false }
    }

    fn quoted(&mut self) -> Result<Item<'a>, Error> {
        let start = self.at;
        let Some(length) = self.text[start + 1..].find('"') else {
            return Err(self.error(start..start + 1, "the quote is never closed", Some("close it with `\"`".into())));
        };
        self.at = start + length + 2;
        Ok(Item { text: &self.text[start + 1..self.at - 1], span: start..self.at, quoted: true })
    }

    /// Whether the whole next word is `word`.
    fn peek_keyword(&self, word: &str) -> bool {
        let rest = self.rest();
        rest.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
            && rest[word.len()..].chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
    }

    fn keyword(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let found = self.peek_keyword(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn done(&self) -> bool {
        self.at == self.text.len()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    #[expect(clippy::unused_self, reason = "reads as the parser's own act at forty places")]
    fn error(&self, span: Range<usize>, message: impl Into<String>, hint: Option<String>) -> Error {
        Error { span, message: message.into(), hint }
    }
}

/// What a number means that stands alone: the record here that is called so, or those that go with such a record. It is
/// written as screens show it; in quotes it is a word.
fn numbered<R: Room>(text: &str) -> Option<Filter<R>> {
    let is_it = |shown: &str| shown.eq_ignore_ascii_case(text);
    R::FIELDS.iter().find_map(|spec| match spec.kind {
        Kind::Id => {
            let id = text.parse::<R::Id>().ok().filter(|id| is_it(&id.to_string()))?;
            Some(Filter::Number { field: spec.field, op: Op::Eq, value: id.number() })
        }
        Kind::Other(letter) => other(letter, text).filter(|shown| is_it(shown)).map(|value| Filter::Text { field: spec.field, value }),
        _ => None,
    })
}

/// The number of a record of another kind as screens show it, of `C-17`, `c17` or `17`.
fn other(letter: &str, text: &str) -> Option<String> {
    let begins = text.get(..letter.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(letter));
    let digits = if begins { text[letter.len()..].trim_start_matches('-') } else { text };
    let number: i64 = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(format!("{letter}-{number}"))
}

enum Operator {
    Is(Op),
    Not,
}

/// The operator that `text` begins with, as written.
fn operator(text: &str) -> Option<(&'static str, Operator)> {
    [
        ("!=", Operator::Not),
        ("<=", Operator::Is(Op::Le)),
        (">=", Operator::Is(Op::Ge)),
        ("<", Operator::Is(Op::Lt)),
        (">", Operator::Is(Op::Gt)),
        ("=", Operator::Is(Op::Eq)),
        (":", Operator::Is(Op::Eq)),
    ]
    .into_iter()
    .find(|(symbol, _)| text.starts_with(symbol))
}

/// How many bytes at the beginning of `text` could be the name of a field.
pub(super) fn field_name_len(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_ascii_alphabetic() || c == '_' || c == '-')).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { end } else { 0 }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}
