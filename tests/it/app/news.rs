//! What needs an operator at once, and what has happened since.

use super::{ANNA, BEN, ENGINE, House, intake};
use crate::support::databases::on_both;
use pilothouse::{
    app::{
        Command,
        lead::{news::CallCause, view::Viewer},
    },
    domain::{
        filter,
        id::AuditSeq,
        lead::{LeadCommand, Severity, queue::Queue},
        time::Span,
    },
};

#[tokio::test]
async fn an_operator_is_called_to_leads_of_their_own_and_not_for_what_they_did() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = house.receive((1..=3).map(|n| intake(n, &format!("Firm {n}"))).collect()).await;
        let [mine, late, other] = [leads[0].id, leads[1].id, leads[2].id];
        let start = house.app.news_end().await.unwrap();
        let escalate = |severity| LeadCommand::Escalate { severity, reason: "asks again".into() };
        house.verb(ANNA, mine, LeadCommand::Take { desk: Some(BEN) }).await.unwrap();
        house.verb(ANNA, mine, escalate(Severity::Low)).await.unwrap();
        house.verb(ANNA, mine, escalate(Severity::Critical)).await.unwrap();
        house.verb(BEN, mine, escalate(Severity::High)).await.unwrap();
        house.verb(ANNA, other, escalate(Severity::Critical)).await.unwrap();
        house.verb(BEN, late, LeadCommand::Take { desk: Some(BEN) }).await.unwrap();
        let lead = house.verb(BEN, late, LeadCommand::Accept { offer: 1 }).await.unwrap();
        house.app.db().options().clock.set(lead.due().unwrap().plus(Span::minutes(1)));
        for _ in 0..5 {
            house.run(ENGINE, Command::Sweep { limit: 50 }).await;
        }
        let (end, calls) = house.app.lead_calls(BEN, start).await.unwrap();
        let causes: Vec<_> = calls.iter().map(|call| (call.lead, call.cause)).collect();
        let wanted = [
            (mine, CallCause::Handed),
            (mine, CallCause::Escalated { severity: Severity::Critical }),
            (late, CallCause::Breached { clock: 2 }),
        ];
        assert_eq!(causes.iter().filter(|one| wanted.contains(one)).count(), 3, "{}: {causes:?}", fresh.name);
        assert!(
            causes.iter().all(|(lead, cause)| *lead != other && *cause != CallCause::Escalated { severity: Severity::Low }),
            "{causes:?}"
        );
        assert!(!causes.contains(&(mine, CallCause::Escalated { severity: Severity::High })), "his own: {causes:?}");
        assert_eq!(calls[0].company.as_str(), "Firm 1");
        assert_eq!(house.app.lead_calls(BEN, end).await.unwrap(), (end, Vec::new()), "once");
        assert_eq!(house.app.lead_calls(ANNA, start).await.unwrap().1, [], "none of them is hers");
    })
    .await;
}

#[tokio::test]
async fn news_are_every_event_with_its_lead_and_a_queue_knows_its_own() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = house.receive((1..=130).map(|n| intake(n, &format!("Firm {n}"))).collect()).await;
        let start = house.app.news_end().await.unwrap();
        house.verb(BEN, leads[4].id, LeadCommand::Take { desk: Some(BEN) }).await.unwrap();
        let news = house.app.news(start).await.unwrap();
        assert_eq!((news.happened.len(), news.leads.keys().copied().collect::<Vec<_>>()), (1, vec![leads[4].id]));
        assert_eq!(news.names.operator(BEN).as_str(), "ben");
        assert_eq!(house.app.news(AuditSeq(0)).await.unwrap().happened[0].seq, AuditSeq(1), "from the beginning, oldest first");
        let viewer = Viewer { me: BEN, zone: chrono_tz::UTC, marked: Vec::new() };
        let ids: Vec<_> = leads.iter().map(|lead| lead.id).collect();
        let filter = filter::parse("-id:1").unwrap();
        let all = house.app.leads_among(&ids, Queue::All, &filter, &viewer, house.now()).await.unwrap();
        assert_eq!(all.len(), 129);
        let mine = house.app.leads_among(&ids, Queue::Mine, &filter, &viewer, house.now()).await.unwrap();
        assert_eq!(mine.into_iter().collect::<Vec<_>>(), [leads[4].id]);
    })
    .await;
}
