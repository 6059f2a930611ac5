//! Deleting. What is not there is gone, so it may be sent again whatever became of the first.

use crate::event::OperationWord;
use crate::kind::Kind;
use crate::model::{Address, Properties};

use super::note::{Desk, Known, Note};
use super::patience::{Patience, Verdict, millis};
use super::update::Lost;

/// What is to be deleted.
pub struct Deletion {
    /// For which step.
    pub step: usize,
    /// Where it stands.
    pub address: Address,
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its properties: the id of a parent stands there.
    pub properties: Properties,
    /// What exists.
    pub known: Known,
}

/// Deletes, and tells how it went.
pub async fn delete(desk: Desk, deletion: Deletion) {
    let Deletion { step, address, kind, id, properties, known } = deletion;
    let mut patience = Patience::new(&desk.settings, desk.clock.now_ms());
    let mut lost = Lost::default();
    loop {
        let answer = desk.hands.delete(kind, &known, &id, &properties).await;
        desk.tell(Note::Answered(step));
        let error = match answer {
            Ok(gone) => return desk.tell(Note::Deleted { step, address, id, gone }),
            Err(error) => error,
        };
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
        let (id, in_doubt) = (Some(id), verdict == Verdict::Doubt);
        let operation = OperationWord::Delete;
        return desk.tell(Note::Failed { step, address, operation, id, error, in_doubt });
    }
}
