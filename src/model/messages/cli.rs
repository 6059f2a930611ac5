//! The sentences of `cli/`: errors, what to do about them, and questions.

crate::messages! {
    ERROR = "cli.error", "error", "오류";
    WARNING = "cli.warning", "warning", "경고";
    HELP = "cli.help", "help", "도움말";
    USAGE = "cli.usage", "{words}", "{words}";
    UNKNOWN_COMMAND = "cli.unknown-command", "there is no command `{name}`", "명령 `{name}` 이(가) 없습니다";
    UNKNOWN_COMMAND_HELP = "cli.unknown-command-help", "there are {names}", "있는 명령: {names}";
    UNKNOWN_USECASE = "cli.unknown-usecase", "there is no use case `{id}`", "활용 사례 `{id}` 이(가) 없습니다";
    UNKNOWN_USECASE_NEAREST = "cli.unknown-usecase-nearest", "did you mean `{nearest}`? `gureum list` shows all", "`{nearest}` 을(를) 뜻하셨습니까? 전체 목록: `gureum list`";
    UNKNOWN_USECASE_LIST = "cli.unknown-usecase-list", "`gureum list` shows all", "전체 목록: `gureum list`";
    NO_USECASE = "cli.no-usecase", "no use case is named", "활용 사례가 지정되지 않았습니다";
    NO_USECASE_HELP = "cli.no-usecase-help", "name one (`gureum plan usecase-2.6`), give an environment file (`-f shop.yaml`), or name an environment that was deployed before (`--name shop`); `gureum list` shows all use cases", "활용 사례(`gureum plan usecase-2.6`)나 환경 파일(`-f shop.yaml`), 또는 전에 배포한 환경 이름(`--name shop`)을 지정하십시오. 전체 목록: `gureum list`";
    TWO_USECASES = "cli.two-usecases", "the command line says `{argument}`, and {file} says `{other}`", "명령줄은 `{argument}`, {file} 은(는) `{other}` 입니다";
    TWO_USECASES_HELP = "cli.two-usecases-help", "leave one of them out", "하나만 지정하십시오";
    OTHER_USECASE = "cli.other-usecase", "environment `{name}` was deployed as `{before}`, not as `{now}`", "환경 `{name}` 은(는) `{now}` 이(가) 아니라 `{before}` (으)로 배포되었습니다";
    OTHER_USECASE_HELP = "cli.other-usecase-help", "give another `--name`, destroy it first, or say `--fresh` to turn it into `{now}`", "다른 `--name` 을 주거나, 먼저 삭제하거나, `--fresh` 로 `{now}` (으)로 바꾸십시오";
    CANNOT_READ = "cli.cannot-read", "cannot read {file}: {why}", "{file} 을(를) 읽을 수 없습니다: {why}";
    CANNOT_WRITE = "cli.cannot-write", "cannot write {file}: {why}", "{file} 을(를) 쓸 수 없습니다: {why}";
    BAD_INPUT = "cli.bad-input", "the input has faults ({count})", "입력에 오류가 있습니다 ({count}건)";
    BAD_SNAPSHOT = "cli.bad-snapshot", "{file} is no snapshot: {why}", "{file} 은(는) 스냅샷이 아닙니다: {why}";
    BAD_SNAPSHOT_HELP = "cli.bad-snapshot-help", "`gureum observe NAME --out FILE` writes one; examples/cloud.json is one", "`gureum observe NAME --out FILE` 로 만들 수 있습니다. 예: examples/cloud.json";
    SNAPSHOT_FORMAT = "cli.snapshot-format", "{file} has format {found}, this gureum reads format {known}", "{file} 의 형식은 {found}, 이 gureum 은 형식 {known} 을(를) 읽습니다";
    SNAPSHOT_OTHER = "cli.snapshot-other", "{file} shows the resources of environment `{there}`, not of `{name}`", "{file} 에는 `{name}` 이(가) 아니라 환경 `{there}` 의 자원이 있습니다";
    SNAPSHOT_OTHER_HELP = "cli.snapshot-other-help", "leave `--name` out, or take a snapshot of the other (`gureum observe {name} --out FILE`)", "`--name` 을 빼거나 다른 환경의 스냅샷을 만드십시오 (`gureum observe {name} --out FILE`)";
    BAD_NAME = "cli.bad-name", "{why}", "{why}";
    BAD_NAME_HELP = "cli.bad-name-help", "give one with `--name`, like `--name shop`", "`--name shop` 처럼 이름을 지정하십시오";
    BAD_KEY_FILE = "cli.bad-key-file", "{file} is no SSH public key", "{file} 은(는) SSH 공개 키가 아닙니다";
    NO_STATE_FOLDER = "cli.no-state-folder", "nowhere to keep state: neither XDG_STATE_HOME nor HOME is set", "상태를 둘 곳이 없습니다: XDG_STATE_HOME 과 HOME 이 모두 없습니다";
    NO_STATE_FOLDER_HELP = "cli.no-state-folder-help", "say `--state DIR`", "`--state DIR` 을 지정하십시오";

    NO_CLOUD = "cli.no-cloud", "{why}", "{why}";
    NO_CLOUD_PLAN_HELP = "cli.no-cloud-plan-help", "name a cloud of your clouds.yaml (`--cloud NAME` or OS_CLOUD) or set OS_AUTH_URL and the other OS_* variables; or plan on the embedded cloud (`--cloud embedded`) or without any (`--snapshot examples/cloud.json`)", "clouds.yaml 의 클라우드를 지정하거나 (`--cloud NAME` 또는 OS_CLOUD) OS_AUTH_URL 등 OS_* 변수를 설정하십시오. 내장 클라우드에서 계획하려면 `--cloud embedded`, 클라우드 없이 계획하려면 `--snapshot examples/cloud.json`";
    NO_CLOUD_HELP = "cli.no-cloud-help", "name a cloud of your clouds.yaml (`--cloud NAME` or OS_CLOUD), or set OS_AUTH_URL and the other OS_* variables; `--cloud embedded` is the embedded cloud", "clouds.yaml 의 클라우드를 지정하거나 (`--cloud NAME` 또는 OS_CLOUD) OS_AUTH_URL 등 OS_* 변수를 설정하십시오. 내장 클라우드는 `--cloud embedded`";
    CLOUD_REFUSED = "cli.cloud-refused", "OpenStack refused: {words}", "OpenStack 이 거절했습니다: {words}";
    CLOUD_REFUSED_HELP = "cli.cloud-refused-help", "the request id leads the cloud's operator to its logs; `-v` shows every request", "요청 ID 로 클라우드 운영자가 로그를 찾을 수 있습니다. `-v` 는 모든 요청을 보여 줍니다";
    CLOUD_UNREACHED = "cli.cloud-unreached", "OpenStack does not answer: {words}", "OpenStack 이 응답하지 않습니다: {words}";
    CLOUD_UNREACHED_HELP = "cli.cloud-unreached-help", "is the network up, and the auth_url (and cacert) in clouds.yaml right? `-v` shows every request", "네트워크와 clouds.yaml 의 auth_url(및 cacert)을 확인하십시오. `-v` 는 모든 요청을 보여 줍니다";
    CLOUD_LOGIN = "cli.cloud-login", "{words}", "{words}";
    CLOUD_LOGIN_HELP = "cli.cloud-login-help", "check user, password and project in clouds.yaml or OS_*", "clouds.yaml 이나 OS_* 의 사용자, 비밀번호, 프로젝트를 확인하십시오";
    CLOUD_SERVICE = "cli.cloud-service", "{words}", "{words}";
    CLOUD_SERVICE_HELP = "cli.cloud-service-help", "set region_name and interface in clouds.yaml as the catalogue has them", "clouds.yaml 의 region_name 과 interface 를 카탈로그에 맞게 설정하십시오";
    CLOUD_ODD = "cli.cloud-odd", "{words}", "{words}";

    EMBEDDED = "cli.embedded", "embedded cloud: nothing real is created", "내장 클라우드: 실제로는 아무것도 만들지 않습니다";
    EMBEDDED_SERVES = "cli.embedded-serves", "The embedded cloud serves on 127.0.0.1:{port} (above: its clouds.yaml; state: {folder}). Ctrl-C ends it; what it holds stays.", "내장 클라우드가 127.0.0.1:{port} 에서 동작합니다 (위: clouds.yaml, 상태: {folder}). Ctrl-C 로 끝내며 내용은 남습니다.";
    EMBEDDED_ENDED = "cli.embedded-ended", "The embedded cloud has ended; what it holds stays.", "내장 클라우드가 끝났습니다. 내용은 남아 있습니다.";
    EMBEDDED_RUNS = "cli.embedded-runs", "The embedded cloud runs on 127.0.0.1:{port} (process {pid}, state: {folder}). Its clouds.yaml:", "내장 클라우드가 127.0.0.1:{port} 에서 동작 중입니다 (프로세스 {pid}, 상태: {folder}). clouds.yaml:";
    EMBEDDED_RESTS = "cli.embedded-rests", "The embedded cloud does not run (state: {folder}). `gureum embedded serve` or the next command that uses it starts it.", "내장 클라우드가 동작하지 않습니다 (상태: {folder}). `gureum embedded serve` 나 다음 명령이 시작합니다.";
    EMBEDDED_RESET = "cli.embedded-reset", "The embedded cloud is as new (state: {folder}).", "내장 클라우드를 초기화했습니다 (상태: {folder}).";
    EMBEDDED_FAILED = "cli.embedded-failed", "{why}", "{why}";
    EMBEDDED_FAILED_HELP = "cli.embedded-failed-help", "is the port free and the folder yours? `--port N` and `--state DIR` choose others; `gureum embedded reset` begins anew", "포트가 비어 있고 폴더를 쓸 수 있습니까? `--port N`, `--state DIR` 로 바꿀 수 있고 `gureum embedded reset` 은 새로 시작합니다";
    EMBEDDED_RUNS_HELP = "cli.embedded-runs-help", "use that one (`gureum embedded status` shows its clouds.yaml), or serve another with `--state DIR`", "그것을 쓰거나(`gureum embedded status` 가 clouds.yaml 을 보여 줍니다) `--state DIR` 로 다른 것을 시작하십시오";
    EMBEDDED_NOT_STARTED = "cli.embedded-not-started", "the embedded cloud does not start: {why}", "내장 클라우드가 시작되지 않습니다: {why}";
    EMBEDDED_NOT_STARTED_HELP = "cli.embedded-not-started-help", "{log} says more; `gureum embedded serve` starts it before your eyes, and `gureum embedded reset` begins anew", "{log} 를 보십시오. `gureum embedded serve` 로 직접 시작하거나 `gureum embedded reset` 으로 새로 시작할 수 있습니다";

    LOCKED = "cli.locked", "another gureum works on environment `{name}`{who}", "다른 gureum 이 환경 `{name}` 에서 작업 중입니다{who}";
    LOCKED_WHO = "cli.locked-who", ": its {command} began at {at} (run {run})", ": {command}, {at} 시작 (실행 {run})";
    LOCKED_HELP = "cli.locked-help", "wait until it ends; `gureum events {name}` shows what it does. Its lock is {path}, and it goes with the process", "끝날 때까지 기다리십시오. `gureum events {name}` 이 진행을 보여 줍니다. 잠금 파일 {path} 은(는) 프로세스와 함께 풀립니다";
    JOURNAL = "cli.journal", "the journal cannot be used: {words}", "기록을 사용할 수 없습니다: {words}";
    JOURNAL_HELP = "cli.journal-help", "is the disk full, or the folder not yours? `--state DIR` names another folder; `destroy` works without the old one", "디스크가 가득 찼거나 권한이 없습니까? `--state DIR` 로 다른 폴더를 지정할 수 있고, `destroy` 는 이전 기록 없이도 됩니다";
    DAMAGED = "cli.damaged", "the journal of `{name}` is damaged: {words}", "`{name}` 의 기록이 손상되었습니다: {words}";
    DAMAGED_HELP = "cli.damaged-help", "move the folder of {name} in the state folder away: the next run finds by their marks what exists", "상태 폴더에서 {name} 의 폴더를 옮기십시오. 다음 실행이 표식으로 자원을 찾습니다";
    RECORDED_INPUTS = "cli.recorded-inputs", "the recorded inputs of the last run cannot be read: {why}", "마지막 실행의 입력을 읽을 수 없습니다: {why}";
    RECORDED_INPUTS_HELP = "cli.recorded-inputs-help", "start from defaults with `--fresh`, and say again what differs from them", "`--fresh` 로 기본값에서 시작하고 다른 점을 다시 지정하십시오";

    PLAN_FAULTY = "cli.plan-faulty", "the plan does not pass its own check (an error of gureum's; nothing was changed)", "계획이 자체 검사를 통과하지 못했습니다 (gureum 의 오류이며 아무것도 바꾸지 않았습니다)";
    PLAN_FAULT = "cli.plan-fault", "{words}", "{words}";
    PLAN_FAULTY_HELP = "cli.plan-faulty-help", "please report it with the output of the same command with `--json`", "같은 명령의 `--json` 출력과 함께 알려 주십시오";
    PREFLIGHT = "cli.preflight", "refused before the first write: the cloud cannot carry this environment ({count})", "쓰기 전에 거절했습니다: 이 클라우드는 이 환경을 담을 수 없습니다 ({count}건)";
    PREFLIGHT_HELP = "cli.preflight-help", "change the size (`--flavor`, `--set TIER.count=N`), the settings, or the cloud's quota; `gureum plan` shows the same without changing anything", "크기(`--flavor`, `--set TIER.count=N`)나 설정, 클라우드의 쿼터를 바꾸십시오. `gureum plan` 은 아무것도 바꾸지 않고 같은 것을 보여 줍니다";
    LIMITED = "cli.limited", "refused: the use case asks for what this gureum cannot give ({what})", "거절했습니다: 이 gureum 이 제공할 수 없는 것을 활용 사례가 요구합니다 ({what})";
    LIMITED_HELP = "cli.limited-help", "say `--accept-limitations` to have the rest", "나머지만 배포하려면 `--accept-limitations` 를 지정하십시오";
    NO_TERMINAL = "cli.no-terminal", "refused: this would change the cloud, and there is no terminal to ask on", "거절했습니다: 클라우드를 바꾸는 일인데 물어볼 터미널이 없습니다";
    NO_TERMINAL_HELP = "cli.no-terminal-help", "say `--yes`", "`--yes` 를 지정하십시오";
    DECLINED = "cli.declined", "nothing was changed", "아무것도 바꾸지 않았습니다";
    ASK_DEPLOY = "cli.ask-deploy", "Carry this plan out?", "이 계획을 실행할까요?";
    ASK_DESTROY = "cli.ask-destroy", "Delete these {count} resources?", "이 자원 {count}개를 삭제할까요?";
    ASK_DESTROY_DATA = "cli.ask-destroy-data", "Delete these {count} resources and the data they hold, for ever?", "이 자원 {count}개와 그 데이터를 영구히 삭제할까요?";
    NOTHING_FOUND = "cli.nothing-found", "there is no environment `{name}` in this project: nothing to destroy", "이 프로젝트에 환경 `{name}` 이(가) 없습니다: 삭제할 것이 없습니다";
    NOTHING_FOUND_OTHERS = "cli.nothing-found-others", "environments that were deployed from here: {names}", "여기서 배포한 환경: {names}";
    DRAINING = "cli.draining", "Stopping: nothing more is started, what runs is finished and recorded. Ctrl-C again stops at once.", "중단하는 중: 새로 시작하지 않고 진행 중인 것은 끝내고 기록합니다. Ctrl-C 를 다시 누르면 즉시 멈춥니다.";
    STOPPING = "cli.stopping", "Stopping at once: the next run finds out what became of the rest.", "즉시 중단합니다: 나머지는 다음 실행이 확인합니다.";
    INTERRUPTED = "cli.interrupted", "interrupted: nothing was changed", "중단됨: 아무것도 바꾸지 않았습니다";
    NO_SIGNALS = "cli.no-signals", "cannot listen for Ctrl-C: {why}", "Ctrl-C 를 받을 수 없습니다: {why}";
    NO_RUNTIME = "cli.no-runtime", "cannot start: {why}", "시작할 수 없습니다: {why}";

    UNKNOWN_ENVIRONMENT = "cli.unknown-environment", "no environment `{name}` was deployed from here", "여기서 배포한 환경 `{name}` 이(가) 없습니다";
    UNKNOWN_ENVIRONMENT_HELP = "cli.unknown-environment-help", "known here: {names}; `--state DIR` names another state folder", "알려진 환경: {names}. 다른 상태 폴더는 `--state DIR`";
    NO_ENVIRONMENTS_HELP = "cli.no-environments-help", "nothing was deployed with this state folder ({folder}); `--state DIR` names another", "이 상태 폴더({folder})로 배포한 것이 없습니다. 다른 폴더는 `--state DIR`";
    AMBIGUOUS = "cli.ambiguous", "there are several environments `{name}`", "환경 `{name}` 이(가) 여러 개입니다";
    AMBIGUOUS_HELP = "cli.ambiguous-help", "name one with its id: {names}", "ID 를 붙여 지정하십시오: {names}";
    NO_ENVIRONMENTS = "cli.no-environments", "Nothing was deployed with this state folder ({folder}).", "이 상태 폴더({folder})로 배포한 것이 없습니다.";
    LIST_LACKS_NOTHING = "cli.list-lacks-nothing", "complete", "완전함";
    LIST_LACKS = "cli.list-lacks", "lacks", "부족";
    LIST_REDUCED = "cli.list-reduced", "reduced", "축소";
    WROTE = "cli.wrote", "{file} is written.", "{file} 을(를) 썼습니다.";

    NEXT_SEE = "cli.next-see", "see it answer", "응답 확인";
    NEXT_STATUS = "cli.next-status", "how it stands", "상태";
    NEXT_OUTPUT = "cli.next-output", "ids and addresses", "ID 와 주소";
    NEXT_EVENTS = "cli.next-events", "all that happened", "모든 기록";
    NEXT_DESTROY = "cli.next-destroy", "delete it (keeps data)", "삭제 (데이터는 유지)";
    NEXT_AGAIN = "cli.next-again", "do what is left", "남은 것 계속하기";
}
