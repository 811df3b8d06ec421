//! Files through the whole house: planned, taken in, taken in again, killed in the middle, out again and back.

use super::House;
use crate::support::{
    data::shared,
    databases::{Fresh, on_both},
};
use pilothouse::{
    app::{
        export::{self, Format},
        import::{Counts, Job, Pass, Rejects, choose, directory, leads, mapping::Kind, survey},
    },
    domain::{
        filter::{Context, parse},
        id::OperatorId,
        text::Text,
    },
};
use std::{fmt::Write as _, path::Path};

fn job(kind: Kind, path: &Path, mapping: Option<&str>) -> Job {
    let mapping = choose(kind, path, mapping).unwrap_or_else(|error| panic!("{error}"));
    Job { path: path.to_owned(), mapping, rejects: Some(Rejects::beside(path)) }
}

/// Rows: new companies, one in ten the same as an earlier one, and every kind of trouble.
fn list(rows: usize) -> String {
    let mut text = String::from("Id,Company,Country,City,Name,Email,Consent,Product\n");
    for n in 0..rows {
        let company = if n % 10 == 9 { n - 4 } else { n };
        let country = ["US", "DE", "GB", "Atlantis", "JP"][if n % 100 == 50 { 3 } else { [0, 1, 2, 4][n % 4] }];
        let consent = if n % 4 == 1 && n % 8 == 1 { "" } else { "yes" };
        let name = word(company);
        let _ =
            writeln!(text, "{n},{name} Industries,{country},Springfield,Person {company},p{company}@{name}.example,{consent},Switching");
    }
    text
}

/// A name of its own for each number, of letters only and not alike.
fn word(n: usize) -> String {
    blake3::hash(&n.to_le_bytes()).as_bytes()[..9].iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

async fn take(house: &House, job: Job) -> Counts {
    leads::import(&house.app, OperatorId(2), job, Pass::Carry, &mut |_| {}).await.unwrap().counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_planned_then_taken_in_and_the_second_time_changes_nothing() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, list(3_000)).unwrap();
        let surveyed = survey(&path, &choose(Kind::Lead, &path, None).unwrap()).unwrap();
        assert_eq!((surveyed.rows, surveyed.description.as_str()), (3_000, "UTF-8 CSV separated by `,`, 8 columns"));

        let planned = leads::import(&house.app, OperatorId(2), job(Kind::Lead, &path, None), Pass::Plan, &mut |_| {}).await.unwrap();
        let (empty, _) = count(&house, "").await;
        assert_eq!(empty, 0, "{}: a plan writes nothing", fresh.name);
        assert!(!Rejects::beside(&path).exists());

        let mut heard = Vec::new();
        let report =
            leads::import(&house.app, OperatorId(2), job(Kind::Lead, &path, None), Pass::Carry, &mut |counts| heard.push(counts.read()))
                .await
                .unwrap();
        println!("{}: {}", fresh.name, report.counts);
        assert_eq!(report.counts, planned.counts, "{}: the plan was right", fresh.name);
        assert_eq!((report.counts.read(), report.counts.rejected), (3_000, 30));
        assert!(report.counts.linked > 150 && report.counts.quarantined > 150 && report.counts.created > 2_000, "{}", report.counts);
        assert!(heard.is_sorted() && heard.last() == Some(&3_000), "{heard:?}");
        assert_eq!(report.rejects[0], "line 52, column 3 (`Country`): `Atlantis` is not a country (field `country`)");
        let kept = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        assert_eq!(kept.lines().count(), 31);
        assert_eq!(
            kept.lines().next(),
            Some("rejected_line,rejected_column,rejected_reason,Id,Company,Country,City,Name,Email,Consent,Product")
        );

        let (before, head) = count(&house, "").await;
        let again = take(&house, job(Kind::Lead, &path, None)).await;
        assert_eq!(again, Counts { known: 2_970, rejected: 30, ..Counts::default() }, "{}", fresh.name);
        assert_eq!(count(&house, "").await, (before, head), "{}: nothing was written", fresh.name);

        // Corrected by a person, the rejects file is a file like any other.
        std::fs::write(Rejects::beside(&path), kept.replace("Atlantis", "France")).unwrap();
        let mended = take(&house, job(Kind::Lead, &Rejects::beside(&path), None)).await;
        assert_eq!((mended.read(), mended.rejected, mended.known), (30, 0, 0), "{}", fresh.name);
    })
    .await;
}

/// Leads that pass a filter, and the last audit sequence.
async fn count(house: &House, filter: &str) -> (u64, String) {
    let context: Context<'_> = Context { now: house.app.now(), zone: chrono_tz::Tz::UTC, me: OperatorId(2), marked: &[], reach: None };
    let mut out = Vec::new();
    let n = export::records(&house.app, Some(&parse(filter).unwrap()), &context, Format::Csv, &mut out).await.unwrap();
    (n, blake3::hash(&out).to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_in_the_middle_goes_on_where_it_was() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, list(5_100)).unwrap();
        // Killed after the first batch was heard of: the task is aborted wherever it stands.
        let (app, killed) = (house.app.clone(), job(Kind::Lead, &path, None));
        let (tell, told) = tokio::sync::oneshot::channel();
        let mut tell = Some(tell);
        let task = tokio::spawn(async move {
            leads::import(&app, OperatorId(2), killed, Pass::Carry, &mut |_| tell.take().map_or((), |tell| tell.send(()).unwrap_or(())))
                .await
                .map(drop)
        });
        told.await.unwrap();
        task.abort();
        let _ = task.await;
        let (some, _) = count(&house, "").await;
        assert!((2_000..5_100).contains(&some), "{}: {some} before the kill", fresh.name);

        let rest = take(&house, job(Kind::Lead, &path, None)).await;
        assert_eq!((rest.read(), rest.rejected), (5_100, 51), "{}: {rest}", fresh.name);
        assert!(rest.known >= some, "{}: {rest}", fresh.name);
        let (all, _) = count(&house, "").await;
        assert_eq!(all, 5_049, "{}: none lost, none doubled", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_comes_back_without_a_change() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let rows = "1,=Evil & Co,US,\"Quote \"\"Town\"\"\",Anna,a@evil.example,yes,Video\n2,-Minus,JP,,+Plus,,yes,\n";
        std::fs::write(&path, format!("Id,Company,Country,City,Name,Email,Consent,Product\n{rows}")).unwrap();
        assert_eq!(take(&house, job(Kind::Lead, &path, None)).await.read(), 2);
        let context: Context<'_> = Context { now: house.app.now(), zone: chrono_tz::Tz::UTC, me: OperatorId(2), marked: &[], reach: None };
        for (format, name) in [(Format::Csv, "out.csv"), (Format::Json, "out.json")] {
            let mut out = Vec::new();
            assert_eq!(export::records(&house.app, None, &context, format, &mut out).await.unwrap(), 2);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.contains("'=Evil"), format == Format::Csv, "a spreadsheet runs nothing: {text}");
            let back = folder.path().join(name);
            std::fs::write(&back, &text).unwrap();
            let job = job(Kind::Lead, &back, None);
            assert_eq!(job.mapping.name, "pilothouse-lead");
            assert_eq!(take(&house, job).await, Counts { known: 2, ..Counts::default() }, "{} {name}", fresh.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_come_with_their_parents_and_change_where_they_differ() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        let before = fresh.db.read().await.unwrap().partners().await.unwrap().len();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("partners.csv");
        let write = |text: &str| std::fs::write(&path, format!("Code,Name,Tier,Country,Parent\n{text}")).unwrap();
        let take = async |pass| directory::import(&house.app, OperatorId(2), job(Kind::Partner, &path, None), pass).await.unwrap();
        write("C,Child,gold,DE,B\nB,Branch,gold,DE,A\nA,Alpha,gold,DE,\nD,Delta,,FR,NOBODY\n,Nameless,,,\n");
        let planned = take(Pass::Plan).await;
        assert_eq!(planned.counts, Counts { created: 4, rejected: 1, ..Counts::default() });
        let report = take(Pass::Carry).await;
        assert_eq!(report.counts, planned.counts, "{}", fresh.name);
        assert_eq!(report.warnings, ["there is no partner with the code `NOBODY`; 1 that name it as parent were taken over without"]);
        let partners = fresh.db.read().await.unwrap().partners().await.unwrap();
        assert_eq!(partners.len(), before + 4);
        let find = |code: &str| partners.iter().find(|partner| partner.profile.code == Text::clean(code)).unwrap();
        assert_eq!((find("C").profile.parent, find("B").profile.parent), (Some(find("B").id), Some(find("A").id)));
        assert_eq!(take(Pass::Carry).await.counts, Counts { known: 4, rejected: 1, ..Counts::default() }, "{}", fresh.name);
        write("A,Alpha,platinum,DE,\nB,Branch,gold,DE,A\n");
        assert_eq!(take(Pass::Carry).await.counts, Counts { changed: 1, known: 1, ..Counts::default() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_sets_are_taken_in_whole() {
    on_both(|fresh: Fresh| async move {
        let house = House::settled(&fresh).await;
        for (file, rows) in
            [("olist-marketing-funnel/leads.csv", 4_171), ("x-education-leads/Leads.csv", 6_468), ("sfdc-samples/devorg_Lead.json", 22)]
        {
            let Some(path) = shared(file) else { return };
            let job = Job { rejects: None, ..job(Kind::Lead, &path, None) };
            let counts = take(&house, job).await;
            println!("{} {file}: {counts}", fresh.name);
            assert_eq!((counts.read(), counts.rejected, counts.known), (rows, 0, 0), "{} {file}", fresh.name);
        }
        for (kind, file, rows) in
            [(Kind::Partner, "adventureworks-reseller/DimReseller.csv", 701), (Kind::Account, "sfdc-samples/devorg_Account.json", 12)]
        {
            let Some(path) = shared(file) else { return };
            let job = Job { rejects: None, ..job(kind, &path, None) };
            let report = directory::import(&house.app, OperatorId(2), job, Pass::Carry).await.unwrap();
            assert_eq!((report.counts.created, report.counts.read()), (rows, rows), "{} {file}", fresh.name);
        }
    })
    .await;
}
