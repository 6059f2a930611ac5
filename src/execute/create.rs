//! Creating: one request for all items of a step; when that is refused, one for each, so that the culprit is named and the
//! rest is done; when its answer is lost, looking before sending again where it could make two; when something holds its place, looking whether that is ours.

use crate::cloud::CloudError;
use crate::driver::ReadyItem;
use crate::event::OperationWord;
use crate::kind::{Kind, Mark};

use super::doubt::{Absence, Looked, look};
use super::late::search;
use super::note::{Desk, Known, Note};
use super::patience::{Patience, Verdict, longer, millis, place_is_taken};

/// What is to be created.
pub struct Creation {
    /// For which step.
    pub step: usize,
    /// What they are.
    pub kind: Kind,
    /// The items.
    pub items: Vec<ReadyItem>,
    /// What exists.
    pub known: Known,
}

/// How it failed.
struct Failure {
    error: String,
    /// Whether one item of several may be at fault.
    refused: bool,
    in_doubt: bool,
    /// The items that it concerns; others were taken up before.
    items: Vec<ReadyItem>,
}

/// Creates, and tells of every item how it went.
pub async fn create(desk: Desk, creation: Creation) {
    let mut patience = Patience::new(&desk.settings, desk.clock.now_ms());
    let Creation { step, kind, items, known } = creation;
    let failure = match request(&desk, step, kind, &known, items, &mut patience).await {
        Ok(()) => return,
        Err(failure) => failure,
    };
    if failure.items.len() < 2 || !failure.refused {
        return failed(&desk, step, failure);
    }
    for item in failure.items {
        if desk.ending() {
            desk.tell(Note::Unsent { step, address: item.address });
        } else if let Err(failure) = request(&desk, step, kind, &known, vec![item], &mut patience).await {
            failed(&desk, step, failure);
        }
    }
}

fn failed(desk: &Desk, step: usize, failure: Failure) {
    for item in failure.items {
        let (address, error, in_doubt) = (item.address, failure.error.clone(), failure.in_doubt);
        desk.tell(Note::Failed { step, address, operation: OperationWord::Create, id: None, error, in_doubt });
    }
}

/// One request, sent until it is answered for good.
async fn request(
    desk: &Desk,
    step: usize,
    kind: Kind,
    known: &Known,
    mut items: Vec<ReadyItem>,
    patience: &mut Patience,
) -> Result<(), Failure> {
    // Until when an earlier attempt may still act.
    let mut doubt_until: Option<i64> = None;
    let mut lost = 0;
    let mut gap = std::time::Duration::ZERO;
    loop {
        let sent_at = desk.clock.now_ms();
        let answer = desk.hands.create(kind, known, &items).await;
        desk.tell(Note::Answered(step));
        let error = match answer {
            Ok(created) => {
                if kind.spec().mark == Mark::Metadata && created.iter().any(|it| it.adopted) {
                    // Only a list tells which run made what was taken up.
                    let there = desk.hands.list(kind, known).await.unwrap_or_default();
                    desk.tell(Note::Seen(there));
                }
                items.retain(|item| created.iter().all(|it| it.address != item.address));
                for created in created {
                    desk.tell(Note::Created { step, created, late: doubt_until });
                }
                let Some(first) = items.first() else { return Ok(()) };
                // An answer that leaves items out is not what the API document says.
                let (request, why) = ("create".to_owned(), format!("the answer does not name {}", first.address));
                CloudError::Malformed { request, why, request_id: None }
            }
            Err(error) => error,
        };
        let now = desk.clock.now_ms();
        let refers = items.iter().any(|item| !item.properties.is_empty());
        match patience.judge(&error, refers, now) {
            Verdict::Again(gap) => {
                retried(desk, kind, &items, &error, now + millis(gap));
                if !desk.pause(gap).await {
                    return Err(failure(&error, false, doubt_until.is_some_and(|until| until > now), items));
                }
            }
            Verdict::Doubt => {
                lost += 1;
                let until = sent_at.saturating_add(millis(desk.settings.doubt));
                doubt_until = Some(until);
                if lost > desk.settings.resends {
                    return Err(failure(&error, false, true, items));
                }
                if kind.spec().can_act_twice {
                    retried(desk, kind, &items, &error, until);
                    let Looked { found, rest, absence } = look(desk, kind, known, items, until).await;
                    for created in found {
                        desk.tell(Note::Created { step, created, late: None });
                    }
                    if rest.is_empty() {
                        return Ok(());
                    }
                    items = rest;
                    match absence {
                        Absence::Certain => doubt_until = None,
                        Absence::Stopped => return Err(failure(&error, false, true, items)),
                        Absence::Unreadable(error) => {
                            return Err(Failure { error, refused: false, in_doubt: true, items });
                        }
                    }
                } else {
                    // A second one is refused and then taken up, so there is nothing to wait for, at first.
                    retried(desk, kind, &items, &error, now + millis(gap));
                    if !desk.pause(gap).await {
                        return Err(failure(&error, false, true, items));
                    }
                    gap = longer(gap.max(std::time::Duration::from_secs(1)));
                }
            }
            verdict => {
                if let (Verdict::Refused, [item], false) = (verdict, &items[..], kind.spec().can_act_twice)
                    && place_is_taken(&error)
                {
                    // The driver looked once: what an earlier request made may be shown a moment later.
                    let until = doubt_until.max(desk.earlier.until(&item.address));
                    if let Some(created) = search(desk, kind, known, &item.address, until).await {
                        desk.tell(Note::Created { step, created, late: None });
                        return Ok(());
                    }
                }
                let in_doubt = doubt_until.is_some_and(|until| until > now);
                return Err(failure(&error, verdict == Verdict::Refused, in_doubt, items));
            }
        }
    }
}

fn failure(error: &CloudError, refused: bool, in_doubt: bool, items: Vec<ReadyItem>) -> Failure {
    Failure { error: error.to_string(), refused, in_doubt, items }
}

fn retried(desk: &Desk, kind: Kind, items: &[ReadyItem], error: &CloudError, until: i64) {
    for item in items {
        desk.tell(Note::Retried { address: item.address.clone(), kind, error: error.to_string(), until });
    }
}
