//! What is entered by hand: a fund, a request, a claim, and another version of the two. Everything is typed as it is written
//! on paper and read back under the form before it is sent.

use super::{Command, MdfRoom, Paper};
use crate::{
    app::mdf::view::{FundView, MdfDetail},
    domain::{
        country::Country,
        id::{FundId, OperatorId, PartnerId},
        mdf::{
            CostShare,
            claim::{Content, Invoice},
            fund::{FundTerms, Holder},
            item::ItemId,
            request::Plan,
        },
        money::Money,
        program::ProofKind,
        search,
        text::Text,
    },
    tui::{
        action::Act,
        furniture::{
            amounts::{amount, money},
            words::date,
        },
        room::FieldError,
        widgets::form::{Choice, Field, Form, Value},
    },
};
use chrono::{Days, NaiveDate};

/// What new records are made of: the funds and partners, and the words of the channel program.
#[derive(Debug, Clone)]
pub struct Books {
    /// Those that are open.
    pub funds: Vec<FundView>,
    pub partners: Vec<(PartnerId, Text)>,
    /// Who approves within a limit.
    pub approvers: Vec<(OperatorId, Text)>,
    pub regions: Vec<Text>,
    pub categories: Vec<Text>,
    /// The most that the maker bears.
    pub share: CostShare,
    pub notice_days: u32,
    pub today: NaiveDate,
}

/// Whether a form is made of [`Books`].
pub(super) const fn needs_books(act: Act) -> bool {
    matches!(act, Act::MdfOpen | Act::MdfRequest | Act::MdfMove | Act::MdfStandIn | Act::MdfDelegate | Act::MdfLimit)
}

/// What a form means, and how that was read.
pub(super) struct Entered {
    pub command: Command,
    pub told: String,
}

type Read = Result<Entered, FieldError>;

/// What was typed, field by field.
struct Typed<'a>(&'a [Value]);

impl Typed<'_> {
    fn text(&self, field: usize) -> &str {
        self.0.get(field).map_or("", Value::text).trim()
    }

    fn clean(&self, field: usize) -> Text {
        Text::clean(self.text(field))
    }

    /// Text that has to be there.
    fn some(&self, field: usize, missing: &str) -> Result<Text, FieldError> {
        if self.text(field).is_empty() { wrong(field, missing) } else { Ok(self.clean(field)) }
    }

    fn date(&self, field: usize, missing: &str) -> Result<NaiveDate, FieldError> {
        date(self.text(field)).or_else(|why| wrong(field, why))?.map_or_else(|| wrong(field, missing), Ok)
    }

    /// Both days of a period, in their order.
    fn days(&self, field: usize) -> Result<(NaiveDate, NaiveDate), FieldError> {
        let from = self.date(field, "when does it begin?")?;
        let to = if self.text(field + 1).is_empty() { from } else { self.date(field + 1, "")? };
        if to < from { wrong(field + 1, format!("it would end on {to}, before it begins on {from}")) } else { Ok((from, to)) }
    }

    fn amount(&self, field: usize) -> Result<Option<Money>, FieldError> {
        amount(self.text(field)).or_else(|why| wrong(field, why))
    }

    /// More than nothing.
    fn money(&self, field: usize, missing: &str) -> Result<Money, FieldError> {
        match self.amount(field)? {
            Some(read) if read.minor > 0 => Ok(read),
            Some(_) => wrong(field, "an amount is more than nothing"),
            None => wrong(field, missing),
        }
    }

    fn is_first(&self, field: usize) -> bool {
        self.0.get(field).and_then(Value::choice) == Some(0)
    }

    fn country(&self, field: usize) -> Result<Option<Country>, FieldError> {
        match self.text(field) {
            "" => Ok(None),
            text => Country::find(text).map_or_else(|| wrong(field, format!("`{text}` is not a country")), |found| Ok(Some(found))),
        }
    }

    /// `50/50`, `1/1/1`, or nothing for what the program pays at most.
    fn share(&self, field: usize, most: CostShare) -> Result<CostShare, FieldError> {
        let text = self.text(field);
        if text.is_empty() {
            return Ok(most);
        }
        let parts: Option<Vec<u32>> = text.split('/').map(|part| part.trim().parse().ok()).collect();
        match parts.as_deref() {
            Some([maker, partner]) => Ok(CostShare { maker: *maker, partner: *partner, distributor: 0 }),
            Some([maker, partner, distributor]) => Ok(CostShare { maker: *maker, partner: *partner, distributor: *distributor }),
            _ => wrong(field, format!("`{text}` is no share: write 50/50, ours first")),
        }
    }
}

fn wrong<T>(field: usize, message: impl Into<String>) -> Result<T, FieldError> {
    Err(FieldError { field, message: message.into() })
}

/// The one of a name: as it is written, or as it begins, or by words of it.
fn named<'a, T>(typed: &str, what: &str, all: impl Iterator<Item = (&'a str, T)>) -> Result<T, String> {
    let wanted = search::slug(typed);
    let mut found: Vec<(String, &str, T)> = all.map(|(name, one)| (search::slug(name), name, one)).collect();
    found.retain(|(slug, ..)| slug.contains(&wanted));
    if let Some(exact) = found.iter().position(|(slug, ..)| *slug == wanted) {
        return Ok(found.swap_remove(exact).2);
    }
    let begins = found.iter().filter(|(slug, ..)| slug.starts_with(&wanted)).count();
    if begins == 1 {
        found.retain(|(slug, ..)| slug.starts_with(&wanted));
    }
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().take(3).map(|(_, name, _)| *name).collect();
        let more = if found.len() > 3 { " or another" } else { "" };
        return Err(format!("`{typed}` may be {}{more}", names.join(", ")));
    }
    found.pop().map(|(.., one)| one).ok_or_else(|| format!("there is no {what} called `{typed}`"))
}

impl Books {
    fn fund(&self, typed: &str) -> Result<&FundView, String> {
        // A name such as Q2 is no number.
        let is_number = typed.to_ascii_uppercase().starts_with("F-") || typed.bytes().all(|b| b.is_ascii_digit());
        if is_number && let Ok(id) = typed.parse::<FundId>() {
            return self.funds.iter().find(|view| view.line.fund.id == id).ok_or_else(|| format!("{id} is no open fund"));
        }
        named(typed, "open fund", self.funds.iter().map(|view| (view.line.fund.terms.name.as_str(), view)))
    }

    fn partner(&self, typed: &str) -> Result<&(PartnerId, Text), String> {
        named(typed, "partner", self.partners.iter().map(|one| (one.1.as_str(), one)))
    }

    /// A region by its name, or else a partner.
    fn holder(&self, typed: &str) -> Result<(Holder, String), String> {
        if let Some(region) = self.regions.iter().find(|region| search::slug(region) == search::slug(typed)) {
            return Ok((Holder::Region(region.clone()), format!("any partner of {region}")));
        }
        let (id, name) = self.partner(typed).map_err(|why| {
            let regions: Vec<&str> = self.regions.iter().map(Text::as_str).collect();
            if regions.is_empty() { why } else { format!("{why}, and the regions are {}", regions.join(", ")) }
        })?;
        Ok((Holder::Partner(*id), name.to_string()))
    }
}

/// What happens with a new record at once.
fn then() -> Field {
    Field::choice("then", vec![Choice::new("hand it in", ""), Choice::new("keep it as a draft", "")])
}

fn plan_fields(form: Form, plan: Option<&Plan>, books: Option<&Books>) -> Form {
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    let soonest = books.and_then(|books| books.today.checked_add_days(Days::new(books.notice_days.into())));
    let categories = books.map(|books| books.categories.first().map_or("", Text::as_str)).unwrap_or_default();
    form.field(Field::text("title", plan.map_or("", |plan| plan.title.as_str())).hint("what is done: Roadshow of seven cities"))
        .field(Field::text("category", plan.map_or(categories, |plan| plan.category.as_str())).hint("of the program"))
        .field(Field::text("country", plan.and_then(|plan| plan.country).map_or("", |country| country.name())).hint("Germany or DE"))
        .field(Field::text("from", day(plan.map(|plan| plan.starts_on).or(soonest))).hint("2026-03-31"))
        .field(Field::text("to", day(plan.map(|plan| plan.ends_on))).hint("the same day"))
        .field(Field::text("cost", plan.map_or_else(String::new, |plan| money(plan.cost))).hint("of the whole activity: EUR 12000"))
        .field(Field::text("share", plan.map_or_else(String::new, |plan| plan.share.to_string())).hint("ours first: 50/50"))
        .field(Field::text("asked", plan.map_or_else(String::new, |plan| money(plan.asked))).hint("our share of the cost"))
}

/// A plan from its eight fields, the first of which is `first`.
fn plan(typed: &Typed<'_>, first: usize, most: CostShare, categories: &[Text]) -> Result<(Plan, String), FieldError> {
    let at = |offset: usize| first + offset;
    let title = typed.some(at(0), "what is planned?")?;
    let category = match typed.text(at(1)) {
        text if categories.is_empty() => Text::clean(text),
        text => named(text, "category", categories.iter().map(|one| (one.as_str(), one))).or_else(|why| wrong(at(1), why))?.clone(),
    };
    let country = typed.country(at(2))?;
    let (starts_on, ends_on) = typed.days(at(3))?;
    let cost = typed.money(at(5), "what does it cost?")?;
    let share = typed.share(at(6), most)?;
    let ours = share.split(cost).map(|split| split.maker).or_else(|why| wrong(at(6), why.to_string()))?;
    let asked = typed.amount(at(7))?.unwrap_or(ours);
    if asked.currency != cost.currency {
        return wrong(at(7), format!("the cost is in {}", cost.currency));
    }
    if asked.minor <= 0 || asked.minor > ours.minor {
        return wrong(at(7), format!("{share} of {cost} is {ours}"));
    }
    let told = format!("{asked} of {cost} is asked for, {starts_on} to {ends_on}");
    Ok((Plan { source_key: Text::default(), title, category, country, starts_on, ends_on, cost, share, asked }, told))
}

fn content_fields(form: Form, content: Option<&Content>, plan: &Plan) -> Form {
    let invoice = |one: &Invoice| format!("{}; {}; {}; {}", one.number, one.vendor, one.dated, money(one.amount));
    let invoices: Vec<String> = content.map(|content| content.invoices.iter().map(invoice).collect()).unwrap_or_default();
    let (from, to) = content.map_or((plan.starts_on, plan.ends_on), |content| (content.performed_from, content.performed_to));
    form.field(Field::text("from", from.to_string()))
        .field(Field::text("to", to.to_string()))
        .field(Field::text("cost", content.map_or_else(String::new, |content| money(content.cost))).hint("what it has cost in all"))
        .field(Field::text("asked", content.map_or_else(String::new, |content| money(content.asked))).hint("our share of the cost"))
        .field(Field::note("invoices", &invoices.join("\n")).hint("a line each: INV-7; Hall Ltd; 2026-03-31; EUR 1200"))
}

/// A claim's statement from its five fields, the first ones.
fn content(typed: &Typed<'_>, share: CostShare, before: Option<&Content>) -> Result<(Content, String), FieldError> {
    let (performed_from, performed_to) = typed.days(0)?;
    let cost = typed.money(2, "what did it cost?")?;
    let ours = share.split(cost).map(|split| split.maker).or_else(|why| wrong(3, why.to_string()))?;
    let asked = typed.amount(3)?.unwrap_or(ours);
    if asked.currency != cost.currency {
        return wrong(3, format!("the cost is in {}", cost.currency));
    }
    let lines = typed.text(4).lines().filter(|line| !line.trim().is_empty());
    let invoices = lines.map(|line| invoice(line, cost)).collect::<Result<Vec<_>, _>>().or_else(|why| wrong(4, why))?;
    let told = format!("{asked} of {cost} is claimed, {} invoices", invoices.len()).replace(" 1 invoices", " 1 invoice");
    let (source_key, documents) = before.map(|one| (one.source_key.clone(), one.documents.clone())).unwrap_or_default();
    Ok((Content { source_key, performed_from, performed_to, invoices, cost, asked, documents }, told))
}

/// `INV-7; Hall Ltd; 2026-03-31; EUR 1200`; without an amount it is over the whole cost.
fn invoice(line: &str, cost: Money) -> Result<Invoice, String> {
    let parts: Vec<&str> = line.split(';').map(str::trim).collect();
    let (number, vendor, dated, given) = match parts.as_slice() {
        [number, vendor, dated] => (number, vendor, dated, ""),
        [number, vendor, dated, given] => (number, vendor, dated, *given),
        _ => return Err(format!("`{}` is no invoice: write number; vendor; 2026-03-31; EUR 1200", line.trim())),
    };
    if number.is_empty() {
        return Err(format!("the invoice of {vendor} has no number"));
    }
    let dated = date(dated)?.ok_or_else(|| format!("of when is the invoice {number}?"))?;
    let amount = amount(given)?.unwrap_or(cost);
    Ok(Invoice { number: Text::clean(number), vendor: Text::clean(vendor), dated, amount })
}

impl MdfRoom {
    pub(super) fn books(&self) -> Option<&Books> {
        self.own.books.as_deref()
    }

    /// The fund of the row under the cursor, as it is typed.
    fn fund_here(&self) -> String {
        let row = self.selected().and_then(|id| self.row(id));
        row.map_or_else(String::new, |row| row.fund.0.to_string())
    }

    pub(super) fn entry_form(&self, act: Act, about: &str) -> Option<Form> {
        let facts = self.own.facts.as_deref();
        Some(match (act, facts) {
            (Act::MdfOpen, _) => {
                let books = self.books()?;
                let year_end = NaiveDate::from_ymd_opt(chrono::Datelike::year(&books.today), 12, 31).unwrap_or(books.today);
                let last = books.funds.last().map(|view| &view.line.fund.terms);
                let program = last.map_or("", |terms| terms.program.as_str());
                // The euro as long as nothing else was used: shown as what it is, a proposal that one types over.
                let currency = last.map_or_else(|| "EUR".to_owned(), |terms| terms.currency.to_string());
                Form::new("Open a fund", "open")
                    .about("It begins empty; money is put into it afterwards.")
                    .field(Field::text("name", "").hint("EMEA launch, third quarter"))
                    .field(Field::text("program", program).hint("the marketing program that pays"))
                    .field(Field::text("for", "").hint("a region of the program, or a partner"))
                    .field(Field::text("from", books.today.to_string()))
                    .field(Field::text("to", year_end.to_string()))
                    .field(Field::text("currency", currency).hint("of ISO 4217: EUR"))
            }
            (Act::MdfRequest, _) => {
                let form = Form::new("Ask for money", "save")
                    .about("For an activity that is planned. What is left empty is filled in as the words beside it say.")
                    .field(Field::text("fund", self.fund_here()).hint("its number or words of its name"))
                    .field(Field::text("partner", "").hint("whose fund it is"));
                plan_fields(form, None, Some(self.books()?)).field(then())
            }
            (Act::MdfClaim, Some(MdfDetail::Request(detail))) => {
                let form = Form::new(format!("Claim on {about}"), "save");
                let form = match detail.request.commitment() {
                    Some(commitment) => form.about(format!("{} of it is not claimed yet.", commitment.remaining())),
                    None => form,
                };
                content_fields(form, None, &detail.request.plan)
                    .field(Field::text("invoice", "").hint("its file on this machine: ~/invoice.pdf"))
                    .field(Field::text("proof", "").hint("a file that shows it took place: ~/photo.jpg"))
                    .field(then())
            }
            (Act::MdfEdit, Some(MdfDetail::Request(detail))) => {
                plan_fields(Form::new(format!("Edit {about}"), "save").about(VOID), Some(&detail.request.plan), None)
            }
            (Act::MdfEdit, Some(MdfDetail::Claim(detail))) => {
                let form = Form::new(format!("Edit {about}"), "save").about(VOID);
                content_fields(form, Some(&detail.claim.content), &detail.request.plan)
            }
            (Act::MdfMove, _) => Form::new(format!("Move money from {about}"), "move")
                .about("What is available there and nobody asked for.")
                .field(Field::text("to", "").hint("the other fund: F-2, or words of its name"))
                .field(Field::text("amount", "").hint("EUR 5000"))
                .field(Field::text("reason", "").hint("who decided it")),
            _ => return None,
        })
    }

    /// What an entry means; nothing where the act is no entry or what its form is about was not read.
    pub(super) fn entered(&self, act: Act, values: &[Value]) -> Option<Read> {
        let typed = Typed(values);
        let facts = self.own.facts.as_deref();
        Some(match (act, facts) {
            (Act::MdfOpen, _) => open(&typed, self.books()?),
            (Act::MdfRequest, _) => request(&typed, self.books()?),
            (Act::MdfMove, _) => moving(&typed, self.books()?, self.asked().and_then(|asked| asked.targets.first()).map(|one| one.id)),
            (Act::MdfClaim, Some(MdfDetail::Request(detail))) => claim(&typed, detail.request.plan.share),
            (Act::MdfEdit, Some(MdfDetail::Request(detail))) => {
                let before = &detail.request.plan;
                plan(&typed, 0, before.share, &[]).map(|(plan, told)| {
                    let plan = Box::new(Plan { source_key: before.source_key.clone(), ..plan });
                    Entered { command: Command::EditRequest { plan }, told }
                })
            }
            (Act::MdfEdit, Some(MdfDetail::Claim(detail))) => {
                let read = content(&typed, detail.request.plan.share, Some(&detail.claim.content));
                read.map(|(content, told)| Entered { command: Command::EditClaim { content: Box::new(content) }, told })
            }
            _ => return None,
        })
    }
}

const VOID: &str = "An approval that was given for it as it is now is void then.";

fn open(typed: &Typed<'_>, books: &Books) -> Read {
    let name = typed.some(0, "a fund needs a name")?;
    let program = typed.some(1, "which program pays?")?;
    let holder = typed.some(2, "for whom is it?")?;
    let (holder, whose) = books.holder(&holder).or_else(|why| wrong(2, why))?;
    let (from, to) = typed.days(3)?;
    let currency = typed.some(5, "in which currency?")?.to_ascii_uppercase();
    let currency = currency.parse().or_else(|_| wrong(5, format!("`{currency}` is no currency: write EUR")))?;
    let told = format!("for {whose}, {from} to {to}, in {currency}");
    let terms = FundTerms { source_key: Text::default(), name, program, holder, from, to, currency };
    Ok(Entered { command: Command::OpenFund { terms: Box::new(terms) }, told })
}

fn request(typed: &Typed<'_>, books: &Books) -> Read {
    if typed.text(0).is_empty() {
        return wrong(0, "which fund is asked?");
    }
    let fund = books.fund(typed.text(0)).or_else(|why| wrong(0, why))?;
    let terms = &fund.line.fund.terms;
    let (partner, name) = match (typed.text(1), terms.holder.partner()) {
        ("", Some(id)) => (id, fund.partner.clone().unwrap_or_default()),
        ("", None) => return wrong(1, format!("{} is for any partner of its region: who asks?", terms.name)),
        (text, _) => books.partner(text).cloned().or_else(|why| wrong(1, why))?,
    };
    let (plan, told) = plan(typed, 2, books.share, &books.categories)?;
    let told = format!("{name}, from {} {}: {told}", fund.line.fund.id, terms.name);
    let command = Command::DraftRequest { fund: fund.line.fund.id, partner, plan: Box::new(plan), submit: typed.is_first(10) };
    Ok(Entered { command, told })
}

fn claim(typed: &Typed<'_>, share: CostShare) -> Read {
    let (content, told) = content(typed, share, None)?;
    let paper = |kind, field| Some(typed.text(field)).filter(|file| !file.is_empty()).map(|file| Paper { kind, file: file.to_owned() });
    let papers = [paper(ProofKind::Invoice, 5), paper(ProofKind::Performance, 6)].into_iter().flatten().collect();
    Ok(Entered { command: Command::DraftClaim { content: Box::new(content), papers, submit: typed.is_first(7) }, told })
}

fn moving(typed: &Typed<'_>, books: &Books, from: Option<ItemId>) -> Read {
    if typed.text(0).is_empty() {
        return wrong(0, "to which fund?");
    }
    let to = books.fund(typed.text(0)).or_else(|why| wrong(0, why))?;
    if from == Some(ItemId::Fund(to.line.fund.id)) {
        return wrong(0, "it is there already");
    }
    let amount = typed.money(1, "how much?")?;
    let reason = typed.some(2, "the reason is missing")?;
    let told = format!("{amount} to {} {}, which has {}", to.line.fund.id, to.line.fund.terms.name, to.line.fund.available());
    Ok(Entered { command: Command::Move { to: to.line.fund.id, amount, reason }, told })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_it_is_written_as_it_begins_or_by_words_and_never_guessed() {
        let all = ["Nordlicht Systeme", "Nordwind", "Systeme Nord", "Nord"];
        let find = |typed: &str| named(typed, "partner", all.iter().map(|name| (*name, *name)));
        assert_eq!(find("nord"), Ok("Nord"), "the exact name, though others begin with it");
        assert_eq!(find("nordl"), Ok("Nordlicht Systeme"));
        assert_eq!(find("licht sys"), Ok("Nordlicht Systeme"));
        assert_eq!(find("system").unwrap_or_else(|why| panic!("{why}")), "Systeme Nord", "the one that begins so");
        assert_eq!(find("or"), Err("`or` may be Nordlicht Systeme, Nordwind, Systeme Nord or another".to_owned()));
        assert_eq!(find("west"), Err("there is no partner called `west`".to_owned()));
    }

    #[test]
    fn an_invoice_is_a_line() {
        let eur = |minor| Money::new(minor, "EUR".parse().expect("a currency"));
        let read = invoice(" INV-7 ; Hall Ltd;2026-03-31; EUR 1,200.50", eur(500)).expect("an invoice");
        assert_eq!((read.number.as_str(), read.vendor.as_str(), read.amount), ("INV-7", "Hall Ltd", eur(120_050)));
        assert_eq!(invoice("7; Hall; 2026-03-31", eur(500)).expect("an invoice").amount, eur(500), "over the whole cost");
        for bad in ["7; Hall", "; Hall; 2026-03-31", "7; Hall; 31.3.", "7; Hall; 2026-03-31; 1200"] {
            assert!(invoice(bad, eur(500)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_is_ours_first() {
        let read = |text: &str| Typed(&[Value::Text(text.to_owned())]).share(0, CostShare::HALF).map_err(|error| error.message);
        assert_eq!(read(""), Ok(CostShare::HALF));
        assert_eq!(read("60/40"), Ok(CostShare { maker: 60, partner: 40, distributor: 0 }));
        assert_eq!(read("1/1/1"), Ok(CostShare { maker: 1, partner: 1, distributor: 1 }));
        assert!(read("half").is_err_and(|why| why.contains("50/50")));
    }
}
