//! What needs an operator at once, and what has happened since.

use super::{ANNA, BEN, ENGINE, House, intake};
use crate::support::databases::on_both;
use pilothouse::{
    app::{
        Command, DealTarget, OperatorSpec, Registering,
        deal::news::{DealCall, DealCallCause},
        lead::{news::CallCause, view::Viewer},
    },
    domain::{
        actor::{Role, Roles},
        deal::{Customer, DealCommand, Details, Scope, conflict::CaseCommand},
        event::Entity,
        filter,
        id::{AuditSeq, ConflictId, DealId, PartnerId},
        lead::{LeadCommand, Severity, queue::Queue},
        money::Money,
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

#[tokio::test]
async fn a_reviewer_is_called_to_deals_and_conflicts_of_their_own() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let deal = |key: &str, partner: i64| Registering {
            partner: PartnerId(partner),
            details: Details {
                source: "files".into(),
                source_key: format!("files/{key}").as_str().into(),
                customer: Customer {
                    name: "Falkner Maschinenbau".into(),
                    country: "DE".parse().ok(),
                    city: "Ulm".into(),
                    ..Customer::default()
                },
                scope: Scope::new(["Switching".into()]),
                value: Money::parse("88000", "EUR".parse().unwrap()).ok(),
                close_on: "2099-01-01".parse().ok(),
                ..Details::default()
            },
            account: None,
            submit: true,
        };
        let roles = Roles(vec![Role::ChannelManager]);
        house.run(ANNA, Command::Operator(OperatorSpec { name: "ben".into(), login: None, roles, active: true })).await;
        house.run(ANNA, Command::Register(vec![deal("a", 1)])).await;
        let start = house.app.news_end().await.unwrap();
        let on = |command| Command::Deals { targets: vec![DealTarget::from(DealId(1))], command };
        house.run(ANNA, on(DealCommand::Reassign { reviewer: BEN })).await;
        house.run(ANNA, on(DealCommand::Escalate { severity: Severity::Low, reason: "asks".into() })).await;
        house.run(ANNA, on(DealCommand::Escalate { severity: Severity::Critical, reason: "the board asks".into() })).await;
        house.run(BEN, on(DealCommand::Escalate { severity: Severity::High, reason: "his own".into() })).await;
        house.run(ANNA, Command::Register(vec![deal("b", 2)])).await;
        let judge = |command| Command::Case { id: ConflictId(1), command, seen: None };
        house.run(ANNA, judge(CaseCommand::CloseEvidence)).await;
        house.run(ANNA, judge(CaseCommand::Escalate { severity: Severity::High, reason: "nobody reviews it".into() })).await;
        house.run(ANNA, judge(CaseCommand::Reassign { reviewer: BEN })).await;
        let (end, calls) = house.app.deal_calls(BEN, start).await.unwrap();
        let causes: Vec<_> = calls.iter().map(|call| (call.record.to_string(), call.cause)).collect();
        let wanted = [
            ("D-1", DealCallCause::Handed),
            ("D-1", DealCallCause::Escalated { severity: Severity::Critical }),
            ("C-1", DealCallCause::Escalated { severity: Severity::High }),
            ("C-1", DealCallCause::Handed),
        ];
        assert_eq!(causes, wanted.map(|(record, cause)| (record.to_owned(), cause)), "{}", fresh.name);
        assert!(calls.iter().all(|call| call.customer.as_str() == "Falkner Maschinenbau"), "{calls:?}");
        assert_eq!(house.app.deal_calls(BEN, end).await.unwrap(), (end, Vec::new()), "once");
        assert_eq!(house.app.deal_calls(ANNA, start).await.unwrap().1, [], "none of them is hers");
        // The clocks run out while nobody looks.
        house.pass(Span::hours(24 * 30));
        for _ in 0..3 {
            house.run(ENGINE, Command::SweepDeals { limit: 100 }).await;
        }
        let (_, calls) = house.app.deal_calls(BEN, end).await.unwrap();
        let breached = |call: &DealCall| matches!(call.cause, DealCallCause::Breached { .. });
        assert!(calls.iter().any(|call| call.record == Entity::Conflict(ConflictId(1)) && breached(call)), "{calls:?}");
    })
    .await;
}
