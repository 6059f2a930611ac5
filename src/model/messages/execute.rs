//! The sentences of `execute/`.

crate::messages! {
    NO_OUTPUT = "execute.no_output", "{address} gave nothing that this needs", "{address}에서 필요한 값을 받지 못했습니다";
    NO_SECRET = "execute.no_secret", "the journal has no secret {name}, which this needs", "필요한 비밀 값 {name}이(가) 저널에 없습니다";
    STUCK = "execute.stuck", "still {state} after {seconds} s without any change", "{seconds}초 동안 변화 없이 {state} 상태입니다";
    FELL_SILENT = "execute.fell_silent", "the guest has said nothing new for {seconds} s; its last word was `{stage}`", "게스트가 {seconds}초 동안 새로운 소식을 보내지 않았습니다. 마지막 단계: `{stage}`";
    NEVER_SAID = "execute.never_said", "the guest has said nothing for {seconds} s", "게스트가 {seconds}초 동안 아무 소식도 보내지 않았습니다";
    LAST_WORDS = "execute.last_words", "{said}; the end of its console:\n{lines}", "{said}. 콘솔의 마지막 부분:\n{lines}";
    VANISHED = "execute.vanished", "it is no longer there", "더 이상 존재하지 않습니다";
    UNREADABLE = "execute.unreadable", "its state could not be read for {seconds} s: {error}", "{seconds}초 동안 상태를 읽지 못했습니다: {error}";
    NOT_DELETED = "execute.not_deleted", "it was not deleted: {state}", "삭제되지 않았습니다: {state}";
    NOT_SENT = "execute.not_sent", "not sent again: the run ended first", "다시 보내지 않았습니다: 실행이 먼저 끝났습니다";
    JOURNAL_FAILED = "execute.journal_failed", "the journal cannot be written ({error}), so nothing more was started", "저널을 쓸 수 없어({error}) 더 시작하지 않았습니다";
    UNRECORDED = "execute.unrecorded", "the journal cannot be written ({error}), so nothing more was started; it does not know of: {ids}", "저널을 쓸 수 없어({error}) 더 시작하지 않았습니다. 저널에 없는 것: {ids}";
    OTHER_WRITER = "execute.other_writer", "another gureum is deploying {name}: {address} ({id}) is of its run {run}", "다른 gureum이 {name}을(를) 배포하고 있습니다: {address}({id})은(는) 그 실행 {run}의 것입니다";
    INTERRUPTED = "execute.interrupted", "stopped by the user; the same command goes on from here", "사용자가 중지했습니다. 같은 명령으로 이어서 할 수 있습니다";
    SOME_FAILED = "execute.some_failed", "{failed} failed, and {skipped} were not tried because of that", "{failed}개가 실패했고, 그 때문에 {skipped}개를 시도하지 않았습니다";
    HISTORY = "execute.history", "the journal tells of something that cannot have happened: {error}", "저널에 있을 수 없는 기록이 있습니다: {error}";
    PLAN_CYCLE = "execute.plan_cycle", "the plan waits for itself: {cycle}", "계획이 스스로를 기다립니다: {cycle}";
}
