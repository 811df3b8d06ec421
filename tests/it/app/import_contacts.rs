//! People at partners from a file: planned, taken in, taken in again; nobody who asked for silence is written to because of it.

use super::{ANNA, House, text};
use crate::support::databases::{START, on_both};
use pilothouse::{
    app::{
        Command,
        export::{self, Format},
        import::{Job, Pass, Rejects, Report, choose, contacts, mapping::Kind},
    },
    domain::{
        contact::{ContactCommand, ContactRole},
        id::{ContactId, PartnerId},
        lead::{Consent, ConsentBasis},
    },
};
use std::path::Path;

const HEAD: &str = "Partner,Name,Role,Email,Phone,Consent,Consent Date,Consent Source\n";

async fn take(house: &House, path: &Path, pass: Pass) -> Report {
    let mapping = choose(Kind::Contact, path, None).unwrap_or_else(|error| panic!("{error}"));
    let job = Job { path: path.to_owned(), mapping, rejects: Some(Rejects::beside(path)) };
    contacts::import(&house.app, ANNA, job, pass, &mut |_| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The end of the audit chain.
async fn last(house: &House) -> Vec<String> {
    house.app.db().read().await.expect("a session").dump("audit_head").await.expect("read")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_planned_then_taken_in_and_the_second_time_changes_nothing() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        house.run(ANNA, Command::Suppress { mailboxes: vec![text("otto@nord.example"), text("mia@sued.example")] }).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("people.csv");
        // More than a batch, so that the last rows meet what the first ones brought.
        let crowd: Vec<String> = (0..1_050).map(|n| format!("WEST,Person {n},,p{n}@west.example,,,,\n")).collect();
        let rows = [
            "NORD,Eva Lang,marketing,eva@nord.example,,yes,2026-01-15,web-2026-01",
            "Nordlicht Systeme,Otto Baum,sales,otto@nord.example,,yes,2026-02-01,fair",
            "SUED,Mia\u{202e}\u{1b}[31m Kern,owner,mia@sued.example,,,,",
        ];
        let wrong = [
            "NOWHERE,Nobody,,nobody@firm.example,,,,",
            "NORD,Bad Mail,,bad at firm,,,,",
            "NORD,Bad Ground,,b@nord.example,,perhaps,,",
            "NORD,,,,+49 1,,,",
            "NORD,Bad Day,,d@nord.example,,yes,2099-01-01,",
        ];
        let end = ["NORD,,,EVA@nord.example,+49 40 2,,,", "WEST,Person 3,legal,p3@west.example,,,,"];
        std::fs::write(&path, format!("{HEAD}{}\n{}{}\n{}\n", rows.join("\n"), crowd.concat(), wrong.join("\n"), end.join("\n")))
            .expect("written");

        let planned = take(&house, &path, Pass::Plan).await;
        assert!(house.app.contacts_of(PartnerId(1)).await.expect("read").is_empty(), "{}: a plan writes nothing", fresh.name);
        let report = take(&house, &path, Pass::Carry).await;
        assert_eq!(report.counts, planned.counts, "{}: the plan was right", fresh.name);
        assert_eq!(report.counts.to_string(), "read 1060 = recorded 1053 + rejected 5 + changed 2", "{}", fresh.name);
        let expected = [
            "line 1055, column 1 (`Partner`): there is no partner \"NOWHERE\"",
            "line 1056, column 4 (`Email`): `bad at firm` is not an e-mail address (field `email`)",
            "line 1057, column 6 (`Consent`): `perhaps` is none of",
            "line 1058, column 2 (`Name`): a contact needs a name or a mailbox",
            "line 1059, column 7 (`Consent Date`): nobody can have agreed later than now",
        ];
        for (said, expected) in report.rejects.iter().zip(expected) {
            assert!(said.starts_with(expected), "{}: {said}", fresh.name);
        }
        let kept = std::fs::read_to_string(report.rejects_file.expect("rejects are kept")).expect("read");
        assert_eq!(kept.lines().count(), 6, "{kept}");
        assert!(report.warnings.iter().any(|told| told.contains("asked never to be contacted")), "{:?}", report.warnings);

        let nord = house.app.contacts_of(PartnerId(1)).await.expect("read");
        let [eva, otto] = nord.as_slice() else { panic!("{nord:?}") };
        let [eva, otto] = if eva.contact.id == ContactId(1) { [eva, otto] } else { [otto, eva] };
        assert_eq!((eva.contact.card.person.phone.as_str(), eva.why_silent()), ("+49 40 2", None));
        assert_eq!((otto.contact.consent.basis, otto.contact.card.role), (ConsentBasis::Unknown, ContactRole::Sales));
        assert_eq!(otto.why_silent(), Some("asked never to be contacted: may not be mailed"), "{}", fresh.name);
        let mia = &house.app.contacts_of(PartnerId(2)).await.expect("read")[0];
        assert_eq!(mia.contact.card.person.name.as_str(), "Mia<U+202E><U+001B>[31m Kern", "{}", fresh.name);

        let before = last(&house).await;
        let again = take(&house, &path, Pass::Carry).await;
        assert_eq!(again.counts.to_string(), "read 1060 = recorded 0 + rejected 5 + known already 1055", "{}", fresh.name);
        assert_eq!(last(&house).await, before, "{}: not one event more", fresh.name);
        house.replays().await;
    })
    .await;
}

/// What a person withdrew at the desk is not given back by an older file, nor is somebody who left brought back.
#[tokio::test]
async fn what_the_desk_recorded_later_stays() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("people.csv");
        std::fs::write(&path, format!("{HEAD}NORD,Eva Lang,,eva@nord.example,,yes,2026-01-15,web\n")).expect("written");
        take(&house, &path, Pass::Carry).await;
        let refused = Consent { basis: ConsentBasis::Refused, text_version: text(""), at: Some(START) };
        for command in [ContactCommand::Consent { consent: refused, despite: false }, ContactCommand::Leave] {
            house.run(ANNA, Command::Contact { id: ContactId(1), seen: None, command }).await;
        }
        let before = last(&house).await;
        let again = take(&house, &path, Pass::Carry).await;
        assert_eq!(again.counts.to_string(), "read 1 = recorded 0 + rejected 0 + known already 1", "{}", fresh.name);
        assert_eq!(again.warnings, ["the consent of 1 row was not taken over: what is recorded here is newer"]);
        assert_eq!(last(&house).await, before, "{}: not one event more", fresh.name);
        let eva = &house.app.contacts_of(PartnerId(1)).await.expect("read")[0];
        assert_eq!((eva.contact.state.name(), eva.contact.consent.basis), ("left", ConsentBasis::Refused));
    })
    .await;
}

/// What is exported is known where it came from, to the last spreadsheet formula.
#[tokio::test]
async fn an_export_comes_back_without_a_change() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("people.csv");
        let rows = "NORD,=Eva & Co,legal,eva@nord.example,+49 1,yes,2026-01-15,web\nSUED,-Otto,,,,no,,\n";
        std::fs::write(&path, format!("{HEAD}{rows}")).expect("written");
        take(&house, &path, Pass::Carry).await;
        house.run(ANNA, Command::Contact { id: ContactId(1), seen: None, command: ContactCommand::Leave }).await;
        let before = last(&house).await;
        for (format, name) in [(Format::Csv, "out.csv"), (Format::Json, "out.json")] {
            let mut out = Vec::new();
            assert_eq!(export::contacts(&house.app, format, &mut out).await.expect("exported"), 2);
            let text = String::from_utf8(out).expect("text");
            assert_eq!(text.contains("'=Eva"), format == Format::Csv, "a spreadsheet runs nothing: {text}");
            assert!(text.contains("left") && text.contains("no mailbox"), "{text}");
            let back = folder.path().join(name);
            std::fs::write(&back, &text).expect("written");
            let again = take(&house, &back, Pass::Carry).await;
            assert_eq!(again.counts.to_string(), "read 2 = recorded 0 + rejected 0 + known already 2", "{} {name}", fresh.name);
        }
        assert_eq!(last(&house).await, before, "{}: not one event more", fresh.name);
    })
    .await;
}
