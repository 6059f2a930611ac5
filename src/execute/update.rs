//! Changing in place. A change says what should be, so it may be sent again whatever became of the first.

use std::time::Duration;

use crate::driver::ReadyChange;
use crate::event::OperationWord;
use crate::kind::Kind;

use super::note::{Desk, Known, Note};
use super::patience::{Patience, Verdict, longer, millis};

/// Changes, and tells how it went.
pub async fn update(desk: Desk, step: usize, kind: Kind, known: Known, change: ReadyChange) {
    let address = change.address.clone();
    let mut patience = Patience::new(&desk.settings, desk.clock.now_ms());
    let mut lost = Lost::default();
    loop {
        let answer = desk.hands.update(kind, &known, &change).await;
        desk.tell(Note::Answered(step));
        let Err(error) = answer else { return desk.tell(Note::Updated { step, address }) };
        let now = desk.clock.now_ms();
        let verdict = patience.judge(&error, false, now);
        let again = match verdict {
            Verdict::Again(gap) => Some(gap),
            Verdict::Doubt => lost.again(desk.settings.resends),
            Verdict::Refused | Verdict::GiveUp => None,
        };
        let error = error.to_string();
        if let Some(gap) = again {
            let until = now + millis(gap);
            desk.tell(Note::Retried { address: address.clone(), kind, error: error.clone(), until });
            if desk.pause(gap).await {
                continue;
            }
        }
        let (id, in_doubt) = (Some(change.id.clone()), verdict == Verdict::Doubt);
        let operation = OperationWord::Update;
        return desk.tell(Note::Failed { step, address, operation, id, error, in_doubt });
    }
}

/// How often an answer was lost.
#[derive(Default)]
pub struct Lost {
    times: u32,
    gap: Duration,
}

impl Lost {
    /// After how long to send again: at once at first; `None` when it was often enough.
    pub fn again(&mut self, limit: u32) -> Option<Duration> {
        self.times += 1;
        let gap = self.gap;
        self.gap = longer(gap.max(Duration::from_secs(1)));
        (self.times <= limit).then_some(gap)
    }
}
