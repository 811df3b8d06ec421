//! Files of deals through the whole house: planned and carried out alike, and imported again with other values.

use super::{BEN, House, deal::CARL};
use crate::support::{
    data::shared,
    databases::{Fresh, on_both},
};
use pilothouse::{
    app::{
        Command,
        deal::customers::CustomerMatch,
        export::{self, Format},
        import::{Counts, Job, Pass, Report, choose, deals, directory, mapping::Kind},
    },
    domain::{
        account::AccountProfile,
        deal::{Customer, DealCommand, DealField, DealState, Details, Document, DocumentKind, FieldChange, Registration, fields::Deals},
        filter::{Context, parse},
        lead::LeadCommand,
    },
};
use std::path::Path;

const HEAD: &str = "Id,Partner,Customer,Country,City,Products,Value,Currency,Close Date,Notes,Contact,Email\n";

/// A folder with one list in it.
struct List(tempfile::TempDir);

impl List {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, rows: &str) {
        std::fs::write(self.path(), format!("{HEAD}{rows}")).expect("a file");
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("list.csv")
    }
}

async fn take(house: &House, path: &Path, pass: Pass) -> Report {
    let mapping = choose(Kind::Deal, path, None).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { path: path.to_owned(), mapping, rejects: None };
    deals::import(&house.app, BEN, job, pass, &mut |_| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Planned, then carried out: both say the same, in counts and in sentences.
async fn taken(house: &House, list: &List) -> Report {
    let planned = take(house, &list.path(), Pass::Plan).await;
    let carried = take(house, &list.path(), Pass::Carry).await;
    assert_eq!(planned.counts, carried.counts);
    let told =
        |report: &Report| report.deals.as_ref().map(|figures| (figures.changed.clone(), figures.refused.clone(), figures.drafts.clone()));
    assert_eq!(told(&planned), told(&carried));
    carried
}

/// A house with deals, and a list beside it.
struct Desk {
    fresh: Fresh,
    house: House,
    list: List,
}

impl Desk {
    fn list(&self, rows: &str) {
        self.list.write(rows);
    }

    async fn taken(&self) -> Report {
        taken(&self.house, &self.list).await
    }
}

/// Runs a test at a desk of its own on each database.
async fn on_both_desks<F: Future<Output = ()>>(test: impl Fn(Desk) -> F) {
    let test = &test;
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        test(Desk { fresh, house, list: List::new() }).await;
    })
    .await;
}

fn refused(report: &Report) -> Vec<String> {
    report.deals.as_ref().map(|figures| figures.refused.clone()).unwrap_or_default()
}

fn changed(report: &Report) -> Vec<String> {
    report.deals.as_ref().map(|figures| figures.changed.clone()).unwrap_or_default()
}

const ADLER: &str = "A-1,NORD,Adler Pumpen GmbH,DE,Ulm,Switching,40000,EUR,2026-06-30,two halls,Eva Lang,eva@adler.example\n";
const BIBER: &str = "B-2,SUED,Biber Logistik AG,DE,Kassel,Wireless,9000,EUR,2026-07-31,,,\n";

impl House {
    async fn head(&self) -> String {
        let digests = self.app.db().read().await.unwrap().digests().await.unwrap();
        format!("{digests:?}")
    }

    async fn approved(&self, id: i64) {
        self.on_deal(CARL, id, DealCommand::Approve).await.unwrap();
    }
}

fn description(deal: &Registration) -> &str {
    &deal.details.description
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_again_changes_nothing_and_counts_as_known() {
    on_both_desks(|desk| async move {
        desk.list(&format!("{ADLER}{BIBER}{ADLER}"));
        let first = desk.taken().await;
        assert_eq!(first.counts, Counts { submitted: 2, known: 1, ..first.counts }, "{}: {}", desk.fresh.name, first.counts);
        let before = desk.house.head().await;
        let again = desk.taken().await;
        assert_eq!((again.counts.known, again.counts.read()), (3, 3), "{}: {}", desk.fresh.name, again.counts);
        assert_eq!(desk.house.head().await, before, "{}: not one row was written", desk.fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_deal_takes_over_what_its_state_allows_and_nothing_else() {
    on_both_desks(|desk| async move {
        desk.list(&format!("{ADLER}{BIBER}"));
        desk.taken().await;
        desk.house.approved(1).await;
        // The value of one that is approved may change; of one that is submitted nothing may.
        desk.list(&format!("{}{}", ADLER.replace("40000", "44000"), BIBER.replace("9000", "9500")));
        let report = desk.taken().await;
        assert_eq!(report.counts.to_string(), "read 2 = drafted 0 + submitted 0 + conflicting 0 + rejected 0 + changed 1 + refused 1");
        assert_eq!(changed(&report), ["line 2, D-1: the value with its currency EUR 40,000.00 -> EUR 44,000.00"]);
        assert_eq!(
            refused(&report),
            ["line 3, D-2: the value with its currency EUR 9,000.00 -> EUR 9,500.00; not changed: D-2 is submitted; request \
              information to have it changed"]
        );
        assert_eq!(desk.house.deal(1).await.details.value.unwrap().to_string(), "EUR 44,000.00", "{}", desk.fresh.name);
        // All or nothing: the customer of an approved deal is not edited, so its value is not either.
        desk.list(&ADLER.replace("40000", "48000").replace("Adler Pumpen GmbH", "Adler Motoren GmbH"));
        let report = desk.taken().await;
        assert_eq!((report.counts.refused, report.counts.read()), (1, 1));
        assert_eq!(
            refused(&report),
            ["line 2, D-1: the end customer's name \"Adler Pumpen GmbH\" -> \"Adler Motoren GmbH\"; the value with its currency EUR \
              44,000.00 -> EUR 48,000.00; not changed: the end customer's name can't be changed while it is approved"]
        );
        assert_eq!(desk.house.deal(1).await.details.value.unwrap().to_string(), "EUR 44,000.00", "{}", desk.fresh.name);
        desk.house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_comes_with_the_next_file() {
    on_both_desks(|desk| async move {
        desk.list(ADLER);
        desk.taken().await;
        let ask = DealCommand::RequestInfo { fields: [DealField::CloseDate, DealField::Description].into(), text: super::text("when?") };
        desk.house.on_deal(CARL, 1, ask).await.unwrap();
        desk.list(&ADLER.replace("Ulm", "Bonn"));
        let report = desk.taken().await;
        assert!(refused(&report)[0].ends_with("not changed: the end customer's city was not asked for"), "{:?}", refused(&report));
        // Half an answer is none.
        desk.list(&ADLER.replace("2026-06-30", "2026-08-31"));
        assert_eq!(changed(&desk.taken().await), ["line 2, D-1: the expected close date 2026-06-30 -> 2026-08-31"]);
        assert_eq!(desk.house.deal(1).await.state.name(), "action_required", "{}", desk.fresh.name);
        desk.list(&ADLER.replace("2026-06-30", "2026-09-30").replace("two halls", "three halls"));
        assert_eq!(
            changed(&desk.taken().await),
            ["line 2, D-1: the expected close date 2026-08-31 -> 2026-09-30; what the deal is about \"two halls\" -> \"three halls\"; \
              the partner has answered"]
        );
        let deal = desk.house.deal(1).await;
        // By this program what was returned stands behind what came in meanwhile.
        assert_eq!((deal.state.name(), deal.place.map(|place| place.sequence)), ("submitted", Some(2)), "{}", desk.fresh.name);
        desk.house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_becomes_complete_is_handed_in_and_its_conflict_found() {
    on_both_desks(|desk| async move {
        let nameless = BIBER.replace("Biber Logistik AG", "").replace("Wireless", "Switching");
        desk.list(&format!("{ADLER}{nameless}"));
        let first = desk.taken().await;
        assert_eq!((first.counts.submitted, first.counts.drafted), (1, 1), "{}", desk.fresh.name);
        desk.list(&format!("{ADLER}{}", nameless.replace("B-2,SUED,,", "B-2,SUED,Adler Pumpen,").replace("Kassel", "Ulm")));
        let report = desk.taken().await;
        assert_eq!((report.counts.changed, report.counts.known), (1, 1), "{}: {}", desk.fresh.name, report.counts);
        let deal = desk.house.deal(2).await;
        assert!(deal.state != DealState::Draft && deal.place.is_some_and(|place| place.sequence == 2), "{:?}", deal.state);
        assert!(deal.dispute.is_some() && desk.house.deal(1).await.dispute.is_some(), "{}: the two claim one deal", desk.fresh.name);
        desk.house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_desk_corrected_is_not_taken_back_by_the_same_file() {
    on_both_desks(|desk| async move {
        desk.list(ADLER);
        desk.taken().await;
        desk.house.approved(1).await;
        let mut contact = desk.house.deal(1).await.details.contact;
        contact.phone = super::text("+49 731 5550");
        let changes = vec![FieldChange::Description(super::text("two halls and a yard")), FieldChange::Contact(contact)];
        desk.house.on_deal(CARL, 1, DealCommand::Edit { changes }).await.unwrap();
        assert_eq!(desk.taken().await.counts.known, 1, "{}", desk.fresh.name);
        // The source says something new of another field: that one alone is edited.
        desk.list(&ADLER.replace("40000", "41000"));
        assert_eq!(changed(&desk.taken().await), ["line 2, D-1: the value with its currency EUR 40,000.00 -> EUR 41,000.00"]);
        assert_eq!(description(&desk.house.deal(1).await), "two halls and a yard");
        // And when it says something new of the same, that counts.
        desk.list(&ADLER.replace("40000", "41000").replace("two halls", "five halls"));
        assert_eq!(desk.taken().await.counts.changed, 1);
        assert_eq!(description(&desk.house.deal(1).await), "five halls");
        // What is taken back at the desk stays so until the file says something else.
        desk.house.on_deal(CARL, 1, DealCommand::Undo).await.unwrap();
        assert_eq!(desk.taken().await.counts.known, 1, "{}", desk.fresh.name);
        assert_eq!(description(&desk.house.deal(1).await), "two halls and a yard");
        desk.house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_rows_with_one_key_the_first_counts_and_a_deal_stays_with_its_partner() {
    on_both_desks(|desk| async move {
        desk.list(&format!("{ADLER}{}", ADLER.replace("two halls", "four halls")));
        let first = desk.taken().await;
        assert_eq!((first.counts.submitted, first.counts.refused), (1, 1), "{}", desk.fresh.name);
        assert!(
            refused(&first)[0].ends_with("\"two halls\" -> \"four halls\"; not changed: line 2 has the same record, and the first counts"),
            "{:?}",
            refused(&first)
        );
        let before = desk.house.head().await;
        assert_eq!(desk.taken().await.counts, Counts { known: 1, refused: 1, submitted: 0, ..first.counts });
        assert_eq!(desk.house.head().await, before, "{}", desk.fresh.name);
        // A column that the file does not have says nothing of its field.
        std::fs::write(desk.list.path(), "Id,Partner,Customer,Products\nA-1,NORD,Adler Pumpen GmbH,Switching\n").unwrap();
        assert_eq!(desk.taken().await.counts.known, 1, "{}", desk.fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_that_was_destroyed_does_not_come_back() {
    on_both_desks(|desk| async move {
        desk.list(ADLER);
        desk.taken().await;
        desk.house.approved(1).await;
        desk.house.on_deal(super::ANNA, 1, DealCommand::Erase).await.unwrap();
        desk.list(&ADLER.replace("Eva Lang", "Eva Kurz"));
        assert_eq!(desk.taken().await.counts.known, 1, "{}", desk.fresh.name);
        assert!(desk.house.deal(1).await.details.contact.is_empty());
    })
    .await;
}

/// A dry run writes to a scratch database, and looks through it to the real one.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_two_imports_that_collide_says_what_carrying_out_does() {
    on_both_desks(|desk| async move {
        desk.list(ADLER);
        desk.taken().await;
        let before = desk.house.head().await;
        // One collides with what is there, two with each other, one with nothing.
        let rival = ADLER.replace("A-1,NORD,Adler Pumpen GmbH", "X-1,SUED,Adler Pumpen");
        let pair = BIBER.replace("B-2,SUED", "X-2,WEST");
        desk.list(&format!("{rival}{BIBER}{pair}X-4,WEST,Quellwasser Tauber KG,DE,Bonn,Video,7000,EUR,2026-05-31,,,\n"));
        let planned = take(&desk.house, &desk.list.path(), Pass::Plan).await;
        assert_eq!((planned.counts.conflicting, planned.counts.submitted), (3, 1), "{}: {}", desk.fresh.name, planned.counts);
        assert_eq!(desk.house.head().await, before, "{}: nothing was written", desk.fresh.name);
        let carried = take(&desk.house, &desk.list.path(), Pass::Carry).await;
        assert_eq!(carried.counts, planned.counts, "{}: it comes as it was planned", desk.fresh.name);
        assert!(desk.house.deal(1).await.dispute.is_some(), "{}: both sides are held", desk.fresh.name);
    })
    .await;
}

/// A customer of this name, in this country.
fn customer(name: &str, country: Option<&str>) -> Details {
    let country = country.and_then(|country| country.parse().ok());
    Details { customer: Customer { name: super::text(name), country, ..Customer::default() }, ..Details::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_says_little_is_an_account_when_it_is_written_as_one() {
    on_both(|fresh: Fresh| async move {
        let house = House::with_deals(&fresh).await;
        let account = |code: &str, name: &str, country: &str| AccountProfile {
            code: super::text(code),
            name: super::text(name),
            country: country.parse().ok(),
            ..AccountProfile::default()
        };
        let accounts = [("1", "Y-corporation", "US"), ("2", "General Services Inc", "US"), ("3", "General Services LLC", "US")];
        house.run(super::ANNA, Command::Accounts(accounts.map(|(code, name, country)| account(code, name, country)).to_vec())).await;
        let customers = house.app.customers().await.unwrap();
        let linked = |name: &str, country: Option<&str>| match customers.find(&customer(name, country)) {
            CustomerMatch::Link(link) => Some(link.account.0),
            CustomerMatch::Review(_) | CustomerMatch::New => None,
        };
        assert_eq!((linked("Y-corporation", Some("US")), linked("Y Corporation", None)), (Some(1), Some(1)), "{}", fresh.name);
        assert_eq!(linked("General Services, Inc.", Some("US")), Some(2), "{}: as it is written", fresh.name);
        assert_eq!(linked("General Services", Some("US")), None, "{}: two could be meant", fresh.name);
        assert_eq!(linked("Y-corporation", Some("FR")), None, "{}: in another country", fresh.name);
        assert_eq!(linked("Z-corporation", Some("US")), None, "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_of_a_real_directory_is_found_by_its_own_name() {
    let Some(path) = shared("maven-crm-sales/accounts.csv") else { return };
    let path = &path;
    on_both(|fresh: Fresh| async move {
        let (house, path) = (House::with_deals(&fresh).await, path.clone());
        let mapping = choose(Kind::Account, &path, None).unwrap_or_else(|error| panic!("{error}"));
        let report = directory::import(&house.app, BEN, Job { path, mapping, rejects: None }, Pass::Carry).await.unwrap();
        assert_eq!(report.counts.created, 85, "{}", fresh.name);
        let customers = house.app.customers().await.unwrap();
        for account in house.app.db().read().await.unwrap().accounts().await.unwrap() {
            let country = account.profile.country.map(|country| country.to_string());
            let found = customers.find(&customer(&account.profile.name, country.as_deref()));
            assert!(matches!(found, CustomerMatch::Link(link) if link.account == account.id), "{}: {found:?}", account.profile.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_of_the_source_refuses_a_change_that_our_own_rules_allow() {
    on_both(|fresh: Fresh| async move {
        let house = House::with_deals(&fresh).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aws.json");
        let sample = include_str!("../../../fixtures/import/deal/aws-opportunity.json");
        let mut file: serde_json::Value = serde_json::from_str(sample).unwrap();
        file["opportunities"].as_array_mut().unwrap().truncate(1);
        let take = async |file: &serde_json::Value| {
            std::fs::write(&path, file.to_string()).unwrap();
            let mut mapping = choose(Kind::Deal, &path, None).unwrap_or_else(|error| panic!("{error}"));
            mapping.fix("partner", "NORD");
            let job = Job { path: path.clone(), mapping, rejects: None };
            deals::import(&house.app, BEN, job, Pass::Carry, &mut |_| {}).await.unwrap()
        };
        // A draft, as its products are none of ours: we would let everything change.
        assert_eq!(take(&file).await.counts.drafted, 1, "{}", fresh.name);
        file["opportunities"][0]["customerWebsite"] = "larkspur.example".into();
        let report = take(&file).await;
        assert_eq!(
            refused(&report),
            ["line 1, D-1: the end customer's web site \"larkspur-freight.example\" -> \"larkspur.example\"; not changed: the end \
              customer's web site can't be changed: AWS lets it change only while action is required"]
        );
        file["opportunities"][0]["status"] = "Action Required".into();
        assert_eq!(take(&file).await.counts.changed, 1, "{}", fresh.name);
        assert_eq!(house.deal(1).await.details.customer.website.as_str(), "larkspur.example");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_opportunity_changes_once_it_is_launched() {
    on_both(|fresh: Fresh| async move {
        let house = House::with_deals(&fresh).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aws.json");
        let sample = include_str!("../../../fixtures/import/deal/aws-opportunity.json");
        let mut file: serde_json::Value = serde_json::from_str(sample).unwrap();
        file["opportunities"].as_array_mut().unwrap().truncate(1);
        let take = async |file: &serde_json::Value| {
            std::fs::write(&path, file.to_string()).unwrap();
            let mut mapping = choose(Kind::Deal, &path, None).unwrap_or_else(|error| panic!("{error}"));
            mapping.fix("partner", "NORD");
            let job = Job { path: path.clone(), mapping, rejects: None };
            deals::import(&house.app, BEN, job, Pass::Carry, &mut |_| {}).await.unwrap()
        };
        assert_eq!(take(&file).await.counts.drafted, 1, "{}", fresh.name);
        // What is launched with another value was changed before, or with it.
        for (field, value) in [("apnCrmUniqueIdentifier", "O1"), ("stage", "Launched"), ("expectedMonthlyAwsRevenue", "7000")] {
            file["opportunities"][0][field] = value.into();
        }
        let report = take(&file).await;
        assert_eq!(report.counts.changed, 1, "{}: {report:#?}", fresh.name);
        file["opportunities"][0]["expectedMonthlyAwsRevenue"] = "9000".into();
        file["opportunities"][0]["targetCloseDate"] = "2098-01-01".into();
        let told = refused(&take(&file).await);
        let reason = "AWS lets nothing change once the opportunity is launched or lost";
        let each = format!(
            "; not changed: the value with its currency can't be changed: {reason}; the expected close date can't be changed: {reason}"
        );
        assert!(told.len() == 1 && told[0].ends_with(&each), "{told:#?}");
        assert_eq!(house.deal(1).await.details.value.unwrap().to_string(), "USD 7,000.00", "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_beside_an_empty_currency_is_no_value_and_takes_none_away() {
    on_both_desks(|desk| async move {
        let bare = BIBER.replace(",EUR,", ",,");
        desk.list(&format!("{ADLER}{bare}"));
        let report = desk.taken().await;
        assert_eq!((report.counts.submitted, report.counts.drafted), (1, 1), "{}: {}", desk.fresh.name, report.counts);
        let drafts = report.deals.map(|figures| figures.drafts).unwrap_or_default();
        assert_eq!(drafts, ["line 3: the value with its currency is missing: the amount has no currency"]);
        assert_eq!(desk.house.deal(2).await.details.value, None, "{}", desk.fresh.name);
        // What stands here is not lost because a later file forgets the currency.
        desk.house.approved(1).await;
        desk.list(&format!("{}{BIBER}", ADLER.replace(",EUR,", ",,")));
        let report = desk.taken().await;
        let told = refused(&report);
        assert!(told[0].ends_with("not changed: the value with its currency is missing: the amount has no currency"), "{told:?}");
        assert_eq!(desk.house.deal(1).await.details.value.unwrap().to_string(), "EUR 40,000.00", "{}", desk.fresh.name);
        assert_eq!(changed(&report), ["line 3, D-2: the value with its currency nothing -> EUR 9,000.00; handed in"]);
        desk.house.replays().await;
    })
    .await;
}

/// Everything of the deal desk, as a file of this format.
async fn exported(house: &House, format: Format, filter: &str) -> String {
    let context: Context<'_, Deals> = Context { now: house.now(), zone: chrono_tz::Tz::UTC, me: BEN, marked: &[], reach: None };
    let mut out = Vec::new();
    export::records(&house.app, Some(&parse(filter).unwrap()), &context, format, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn exported_deals_come_back_as_known() {
    on_both_desks(|desk| async move {
        let hostile = "E-5,WEST,\"=cmd|' /C calc'!A0\",DE,\"-Ulm, \"\"Mitte\"\"\",\"[\"\"Fire; wall\"\",\"\"Video\"\"]\",7000,EUR,2026-05-31,@note,+Plus,\n";
        desk.list(&format!("{ADLER}{BIBER}C-3,SUED,,DE,,Video,,,,no customer yet,,\n{hostile}"));
        assert_eq!(desk.taken().await.counts.read(), 4);
        desk.house.approved(1).await;
        let changes = vec![FieldChange::Description(super::text(" two halls\u{1f9ff} and a yard  "))];
        desk.house.on_deal(CARL, 1, DealCommand::Edit { changes }).await.unwrap();
        let hash = "0123456789abcdef".repeat(4);
        let document = Document {
            kind: DocumentKind::Quote,
            name: super::text("offer; v2 | final.pdf"),
            hash: hash.parse().unwrap(),
            size: 3,
            media_type: super::text(""),
            dated: None,
            amount: None,
        };
        desk.house.on_deal(CARL, 1, DealCommand::Attach { document }).await.unwrap();
        // One that was made of a lead, whose message no file of deals has.
        let lead = desk.house.receive(vec![super::intake(1, "Quellwasser Tauber KG")]).await.remove(0);
        for command in [LeadCommand::Accept { offer: 1 }, LeadCommand::Touch, LeadCommand::Qualify] {
            desk.house.verb(BEN, lead.id, command).await.unwrap();
        }
        desk.house.run(CARL, Command::DealFromLead { lead: lead.id, account: None }).await;
        let before = desk.house.head().await;
        for (format, name) in [(Format::Csv, "out.csv"), (Format::Json, "out.json")] {
            let text = exported(&desk.house, format, "").await;
            assert_eq!(text.contains("'=cmd"), format == Format::Csv, "a spreadsheet runs nothing: {text}");
            let path = desk.list.0.path().join(name);
            std::fs::write(&path, &text).unwrap();
            assert_eq!(choose(Kind::Deal, &path, None).unwrap().name, "pilothouse-deal");
            let back = take(&desk.house, &path, Pass::Carry).await;
            assert_eq!(back.counts.to_string(), "read 5 = drafted 0 + submitted 0 + conflicting 0 + rejected 0 + known already 5", "{} {name}: {back:#?}", desk.fresh.name);
            assert_eq!(desk.house.head().await, before, "{} {name}", desk.fresh.name);
        }
        let some = exported(&desk.house, Format::Csv, "stage:approved").await;
        assert_eq!(some.lines().count(), 2, "{}: {some}", desk.fresh.name);
        // Edited in the file, it is an edit.
        let path = desk.list.0.path().join("out.csv");
        std::fs::write(&path, some.replace("40000.00", "45000")).unwrap();
        assert_eq!(take(&desk.house, &path, Pass::Carry).await.counts.changed, 1, "{}", desk.fresh.name);
        assert_eq!(desk.house.deal(1).await.details.value.unwrap().to_string(), "EUR 45,000.00");
    })
    .await;
}
