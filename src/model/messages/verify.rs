//! The sentences about whether a service answers.

crate::messages! {
    HEAD_OUTSIDE = "verify.head-outside", "Through the floating address ({requests} requests, {elapsed}):", "유동 주소를 통해 확인 (요청 {requests}건, {elapsed}):";
    HEAD_GUESTS = "verify.head-guests", "The guests' own view, by the reports of their first boot:", "서버 자신의 보고 (첫 부팅):";
    HEAD_GUESTS_ONLY = "verify.head-guests-only", "There is no network to this environment from here. The guests' own view, by the reports of their first boot:", "여기에서 이 환경으로 가는 네트워크가 없습니다. 서버 자신의 보고 (첫 부팅):";
    ANSWERS = "verify.answers", "Everything answers.", "모두 응답합니다.";
    UNREACHED = "verify.unreached", "The floating address cannot be reached from here, so nothing was seen through it. By their own reports, which are as old as said above, all guests are ready.", "여기에서 유동 주소에 닿을 수 없어 바깥에서 본 것이 없습니다. 위 시각의 보고에 따르면 모든 서버가 준비되었습니다.";
    FAILS = "verify.fails", "It does not answer: {hop}: {why}", "응답하지 않음: {hop}: {why}";
    GOOD = "verify.good", "answers", "응답";
    SAID = "verify.said", "said at {at}", "보고 시각 {at}";
    REFUSED = "verify.refused", "takes no connection: {words}", "연결을 받지 않음: {words}";
    NOT_REACHED = "verify.not-reached", "cannot be reached from here: {words}", "여기에서 닿을 수 없음: {words}";
    NO_ADDRESS = "verify.no-address", "its floating address is not known", "유동 주소를 알 수 없음";
    SILENT = "verify.silent", "no answer: {words}", "응답 없음: {words}";
    STATUS = "verify.status", "HTTP {status}: {words}", "HTTP {status}: {words}";
    UNSEEN = "verify.unseen", "never answered in {requests} requests", "요청 {requests}건 동안 한 번도 응답하지 않음";
    ODD = "verify.odd", "not the answer it should be: {words}", "올바른 응답이 아님: {words}";
    TOKEN = "verify.token", "holds another deployment's token: {found}", "다른 배포의 토큰이 있음: {found}";
    DOWN = "verify.down", "down: {words}", "중단됨: {words}";
    UNSAID = "verify.unsaid", "is not told of by who depends on it", "사용하는 쪽의 응답에 나오지 않음";
    UNTRIED = "verify.untried", "not tried: {because}", "시도하지 않음: {because}";
    OUT_OF_TIME = "verify.out-of-time", "not tried: the time was over", "시도하지 않음: 시간 초과";
    NO_REPORT = "verify.no-report", "has not reported", "보고 없음";
    BOOTING = "verify.booting", "still in its first boot: {stage}", "첫 부팅 중: {stage}";
    BOOT = "verify.boot", "its first boot failed: {words}", "첫 부팅 실패: {words}";
    UNREAD = "verify.unread", "its report cannot be read: {words}", "보고를 읽을 수 없음: {words}";
    EVENT_GOOD = "verify.event-good", "verified: everything answers", "확인됨: 모두 응답";
    EVENT_UNREACHED = "verify.event-unreached", "verified by the guests' own reports only: the floating address cannot be reached from here", "서버의 보고로만 확인됨: 여기에서 유동 주소에 닿을 수 없음";
    EVENT_AGAIN = "verify.event-again", "not yet, asked again until {until}: {hop}: {why}", "아직 아님, {until} 까지 다시 확인: {hop}: {why}";
    EVENT_BAD = "verify.event-bad", "DOES NOT ANSWER: {hop}: {why}", "응답하지 않음: {hop}: {why}";
    FAILED = "verify.failed", "everything is there, and the service does not answer: {hop}", "모두 만들어졌지만 서비스가 응답하지 않습니다: {hop}";
    NOTHING_SEEN = "verify.nothing-seen", "nothing was seen of it", "확인한 것이 없음";
}
