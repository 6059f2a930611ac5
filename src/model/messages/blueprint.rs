//! The sentences of `blueprint/`.

crate::messages! {
    // Form.
    SYNTAX = "blueprint.syntax", "this is not YAML: {why}", "YAML 문법에 맞지 않습니다: {why}";
    SYNTAX_HELP = "blueprint.syntax-help",
        "look around that place at the indentation (spaces, no tabs), the colons, brackets and quotes; nothing after it was read",
        "그 부근의 들여쓰기(탭 없이 공백만), 콜론, 괄호, 따옴표를 확인하십시오. 그 뒤의 내용은 읽지 않았습니다";
    EMPTY = "blueprint.empty", "the file says nothing", "파일에 내용이 없습니다";
    ONE_DOCUMENT = "blueprint.one-document", "a second document begins here; a file holds one",
        "여기서 두 번째 문서가 시작됩니다. 파일에는 문서가 하나만 있어야 합니다";
    NOT_PLAIN = "blueprint.not-plain", "anchors, aliases and tags are not read: write the value out",
        "앵커, 별칭, 태그는 읽지 않습니다. 값을 직접 적으십시오";
    TOO_DEEP = "blueprint.too-deep", "more than {most} levels, one in the other", "{most}단계보다 깊게 중첩되었습니다";
    KEY_NOT_TEXT = "blueprint.key-not-text", "a key must be text", "키는 문자열이어야 합니다";
    NO_FORMAT = "blueprint.no-format", "the format number `{key}: 1` is missing or no number that was ever used",
        "형식 번호 `{key}: 1`이 없거나 올바르지 않습니다";
    NO_FORMAT_HELP = "blueprint.no-format-help", "begin the file with `{key}: 1`", "파일을 `{key}: 1`로 시작하십시오";
    NEWER_FORMAT = "blueprint.newer-format", "the file is written in a newer format than this gureum reads (`{key}: 1`)",
        "파일이 이 gureum이 읽는 형식(`{key}: 1`)보다 새로운 형식으로 작성되었습니다";
    NEWER_FORMAT_HELP = "blueprint.newer-format-help", "use a newer gureum", "더 새로운 gureum을 사용하십시오";
    OTHER_FILE = "blueprint.other-file", "this is a file of the kind `{found}: 1`, and one of the kind `{wanted}: 1` is expected here",
        "`{found}: 1` 파일입니다. 여기에는 `{wanted}: 1` 파일이 필요합니다";
    NOT_A_MAP = "blueprint.not-a-map", "`{path}` must be a map: lines of `key: value`",
        "`{path}`은(는) `키: 값` 줄로 이루어진 맵이어야 합니다";
    NOT_A_LIST = "blueprint.not-a-list", "`{path}` must be a list", "`{path}`은(는) 목록이어야 합니다";
    NOT_A_LIST_HELP = "blueprint.not-a-list-help", "for example `[one, two]`", "예: `[하나, 둘]`";
    NOT_TEXT = "blueprint.not-text", "`{path}` must be one value, not a list or map",
        "`{path}`은(는) 목록이나 맵이 아닌 값 하나여야 합니다";
    EMPTY_TEXT = "blueprint.empty-text", "`{path}` has no value", "`{path}`의 값이 비어 있습니다";
    NOT_IN_RANGE = "blueprint.not-in-range", "`{path}` must be a whole number from {min} to {max}, not `{found}`",
        "`{path}`은(는) {min}부터 {max}까지의 정수여야 합니다. 현재 값: `{found}`";
    NOT_TRUTH = "blueprint.not-truth", "`{path}` must be `true` or `false`, not `{found}`",
        "`{path}`은(는) `true` 또는 `false`여야 합니다. 현재 값: `{found}`";

    // Keys and names.
    UNKNOWN_KEY = "blueprint.unknown-key", "unknown key `{path}`", "알 수 없는 키 `{path}`";
    MISSING_KEY = "blueprint.missing-key", "`{path}` is missing", "`{path}`이(가) 없습니다";
    FOR_EXAMPLE = "blueprint.for-example", "for example `{example}`", "예: `{example}`";
    TWICE = "blueprint.twice", "`{name}` stands twice", "`{name}`이(가) 두 번 나옵니다";
    TWICE_HELP = "blueprint.twice-help", "the first is in line {line}: remove or rename one",
        "첫 번째는 {line}번째 줄에 있습니다. 하나를 지우거나 이름을 바꾸십시오";
    LISTED_TWICE = "blueprint.listed-twice", "`{path}`: `{word}` is listed twice", "`{path}`: `{word}`이(가) 목록에 두 번 있습니다";
    BAD_NAME = "blueprint.bad-name", "`{name}` is no name", "`{name}`은(는) 이름으로 쓸 수 없습니다";
    BAD_NAME_HELP = "blueprint.bad-name-help",
        "a lower-case letter, then lower-case letters, digits and dashes, at most {most} together, and no number after a last dash (`web-1` is the first server of `web`)",
        "영문 소문자로 시작하고 소문자, 숫자, 붙임표만 {most}자까지 쓸 수 있으며, 마지막 붙임표 뒤가 숫자면 안 됩니다(`web-1`은 `web`의 첫 번째 서버입니다)";
    RESERVED_NAME = "blueprint.reserved-name", "the name `{name}` is taken by gureum itself",
        "`{name}`은(는) gureum이 사용하는 이름입니다";
    BAD_ENVIRONMENT_NAME = "blueprint.bad-environment-name", "`{path}`: `{name}` is no name of an environment",
        "`{path}`: `{name}`은(는) 환경 이름으로 쓸 수 없습니다";
    BAD_ENVIRONMENT_NAME_HELP = "blueprint.bad-environment-name-help",
        "a lower-case letter, then up to 30 lower-case letters, digits, dots and dashes",
        "영문 소문자로 시작하고 이어서 소문자, 숫자, 점, 붙임표를 30자까지 쓸 수 있습니다";
    DID_YOU_MEAN = "blueprint.did-you-mean", "did you mean `{near}`? There are: {all}", "혹시 `{near}`입니까? 사용할 수 있는 값: {all}";
    DID_YOU_MEAN_ONE_OF_MANY = "blueprint.did-you-mean-one-of-many", "did you mean `{near}`?", "혹시 `{near}`입니까?";
    THERE_ARE = "blueprint.there-are", "there are: {all}", "사용할 수 있는 값: {all}";
    THERE_IS_NONE = "blueprint.there-is-none", "there is none", "사용할 수 있는 값이 없습니다";

    // References.
    UNKNOWN_TIER = "blueprint.unknown-tier", "`{path}`: there is no tier `{word}`", "`{path}`: `{word}` 계층이 없습니다";
    UNKNOWN_ZONE = "blueprint.unknown-zone", "`{path}`: there is no zone `{word}`", "`{path}`: `{word}` 영역이 없습니다";
    UNKNOWN_CHOICE = "blueprint.unknown-choice", "`{path}`: there is no choice `{word}`", "`{path}`: `{word}` 선택 항목이 없습니다";
    UNKNOWN_SERVICE = "blueprint.unknown-service", "`{path}`: gureum knows no service `{word}`",
        "`{path}`: gureum이 알지 못하는 서비스 `{word}`";
    UNKNOWN_SYSTEM = "blueprint.unknown-system", "`{path}`: gureum knows no operating system `{word}`",
        "`{path}`: gureum이 알지 못하는 운영체제 `{word}`";
    UNKNOWN_SIZE = "blueprint.unknown-size", "`{path}`: there is no size `{word}`", "`{path}`: `{word}` 크기가 없습니다";
    UNKNOWN_END = "blueprint.unknown-end", "`{path}`: there is no tier, balancer or external service `{word}`",
        "`{path}`: `{word}` 계층, 로드밸런서 또는 외부 서비스가 없습니다";
    UNKNOWN_BALANCER = "blueprint.unknown-balancer", "`{path}`: there is no balancer `{word}`", "`{path}`: `{word}` 로드밸런서가 없습니다";
    UNKNOWN_PROTOCOL = "blueprint.unknown-protocol", "`{path}`: there is no protocol `{word}` here",
        "`{path}`: 여기에는 `{word}` 프로토콜을 쓸 수 없습니다";

    // What does not fit together.
    SERVICE_OR_CHOICE = "blueprint.service-or-choice", "`{path}` says both a `service` and a `choice`",
        "`{path}`에 `service`와 `choice`가 모두 있습니다";
    SERVICE_OR_CHOICE_HELP = "blueprint.service-or-choice-help", "keep one of them", "하나만 남기십시오";
    COUNT_ORDER = "blueprint.count-order", "`{path}`: the default {default} is not between min {min} and max {max}",
        "`{path}`: 기본값 {default}이(가) 최소 {min}과 최대 {max} 사이에 있지 않습니다";
    RANGE_ORDER = "blueprint.range-order", "`{path}`: {first} is greater than {last}", "`{path}`: {first}이(가) {last}보다 큽니다";
    SCALING_RANGE = "blueprint.scaling-range", "`{path}`: {min} to {max} is not within the tier's own {tier_min} to {tier_max}",
        "`{path}`: {min}~{max}이(가) 계층의 범위 {tier_min}~{tier_max}을(를) 벗어납니다";
    BAD_PORT = "blueprint.bad-port", "`{path}`: `{found}` is no port", "`{path}`: `{found}`은(는) 포트가 아닙니다";
    BAD_PORT_HELP = "blueprint.bad-port-help",
        "a number from 1 to 65535, a range as `9991-9993`, or `service` for the own port of the service at the other end",
        "1부터 65535까지의 수, `9991-9993` 같은 범위, 또는 상대 서비스의 기본 포트를 뜻하는 `service`";
    BAD_PATH = "blueprint.bad-path", "`{path}`: `{found}` is no path", "`{path}`: `{found}`은(는) 경로가 아닙니다";
    NO_OWN_PORT = "blueprint.no-own-port", "`{path}`: `{service}` has no port of its own: say a number",
        "`{path}`: `{service}`에는 기본 포트가 없습니다. 번호를 적으십시오";
    SERVICE_PORT_OF_TIER = "blueprint.service-port-of-tier", "`{path}`: only a tier has a service whose port could be meant: say a number",
        "`{path}`: 서비스의 기본 포트는 계층에만 있습니다. 번호를 적으십시오";
    INTERNET_IS_FROM = "blueprint.internet-is-from", "`{path}`: the internet can only be where a link begins",
        "`{path}`: internet은 연결의 시작점(from)으로만 쓸 수 있습니다";
    INTERNET_IS_FROM_HELP = "blueprint.internet-is-from-help", "what servers may reach is the setting `egress`",
        "서버가 접속할 수 있는 범위는 `egress` 설정으로 정합니다";
    LINK_TWICE = "blueprint.link-twice", "`{path}` says what an earlier link says", "`{path}`은(는) 앞의 연결과 같습니다";
    NO_LINK_TO_POOL = "blueprint.no-link-to-pool", "`{path}`: no link lets `{balancer}` reach `{tier}` on port {port}",
        "`{path}`: `{balancer}`에서 `{tier}`의 {port}번 포트로 가는 연결이 없습니다";
    NO_LINK_TO_POOL_HELP = "blueprint.no-link-to-pool-help", "add to `links`: `- from: {balancer}`, `to: {tier}`, `port: {port}`",
        "`links`에 추가하십시오: `- from: {balancer}`, `to: {tier}`, `port: {port}`";
    LISTENERS_COLLIDE = "blueprint.listeners-collide", "`{path}`: another listener of this balancer has port {port} already",
        "`{path}`: 이 로드밸런서의 다른 리스너가 이미 {port}번 포트를 사용합니다";
    NO_LISTENER = "blueprint.no-listener", "`{path}` has no listener", "`{path}`에 리스너가 없습니다";
    HEALTH_ORDER = "blueprint.health-order", "`{path}`: the timeout {timeout} is longer than the delay {delay}",
        "`{path}`: 제한 시간 {timeout}이(가) 점검 간격 {delay}보다 깁니다";
    NOTHING = "blueprint.nothing", "the blueprint holds nothing to deploy or bind: no tiers, no storage, no external services",
        "배포하거나 연결할 것이 없습니다. 계층, 저장소, 외부 서비스가 모두 없습니다";
    NO_SYSTEM = "blueprint.no-system", "`{path}` must name at least one operating system", "`{path}`에 운영체제가 하나 이상 있어야 합니다";
    EMPTY_CHOICE = "blueprint.empty-choice", "`{path}` must name at least one service", "`{path}`에 서비스가 하나 이상 있어야 합니다";
    UNUSED_ZONE = "blueprint.unused-zone", "no tier or balancer stands in zone `{name}`", "`{name}` 영역에 계층이나 로드밸런서가 없습니다";
    UNUSED_CHOICE = "blueprint.unused-choice", "no tier uses the choice `{name}`", "`{name}` 선택 항목을 사용하는 계층이 없습니다";
    NOT_LISTENING = "blueprint.not-listening", "`{path}`: `{balancer}` does not listen on port {port}",
        "`{path}`: `{balancer}`은(는) {port}번 포트에서 수신하지 않습니다";
    NOT_PUBLIC = "blueprint.not-public", "`{path}`: the internet cannot reach `{name}`, which is not `public`",
        "`{path}`: `{name}`이(가) `public`이 아니므로 인터넷에서 접속할 수 없습니다";

    // Inputs.
    NO_SUCH_TIER = "blueprint.no-such-tier", "`{usecase}` has no tier `{word}`", "`{usecase}`에 `{word}` 계층이 없습니다";
    COUNT_OUT_OF_RANGE = "blueprint.count-out-of-range", "`{tier}.count`: {count} is not from {min} to {max}, as `{usecase}` allows",
        "`{tier}.count`: {count}은(는) `{usecase}`이(가) 허용하는 {min}~{max} 범위를 벗어납니다";
    SERVICE_NOT_OFFERED = "blueprint.service-not-offered", "`{tier}.service`: `{usecase}` does not offer `{word}` there",
        "`{tier}.service`: `{usecase}`은(는) 여기서 `{word}`을(를) 제공하지 않습니다";
    CHOICE_SPLIT = "blueprint.choice-split", "`{tier}.service` is `{word}`, but `{other}` takes the same choice and is `{taken}`",
        "`{tier}.service`은(는) `{word}`인데 같은 선택 항목을 쓰는 `{other}`은(는) `{taken}`입니다";
    SYSTEM_NOT_OFFERED = "blueprint.system-not-offered", "`os`: `{usecase}` does not run on `{word}`",
        "`os`: `{usecase}`은(는) `{word}`에서 실행할 수 없습니다";
    NO_ASSIGNMENT = "blueprint.no-assignment", "`{found}` is no assignment", "`{found}`은(는) 올바른 지정이 아닙니다";
    NO_ASSIGNMENT_HELP = "blueprint.no-assignment-help", "write `key=value`, for example `web.count=3`", "`키=값`으로 적으십시오. 예: `web.count=3`";
    NOT_A_COUNT = "blueprint.not-a-count", "`{path}` must be a whole number, not `{found}`",
        "`{path}`은(는) 정수여야 합니다. 현재 값: `{found}`";
    UNKNOWN_ASSIGNMENT = "blueprint.unknown-assignment", "nothing is called `{key}`", "`{key}`(이)라는 항목이 없습니다";
    BAD_ADDRESS = "blueprint.bad-address", "`{path}`: `{found}` is no IP address", "`{path}`: `{found}`은(는) IP 주소가 아닙니다";
    BAD_ADDRESS_HELP = "blueprint.bad-address-help", "for example `8.8.8.8`", "예: `8.8.8.8`";
    BAD_URL = "blueprint.bad-url", "`{path}` is no address of the web", "`{path}`은(는) 웹 주소가 아닙니다";
    BAD_URL_HELP = "blueprint.bad-url-help", "it begins with `http://` or `https://` and has no blanks or quotes",
        "`http://` 또는 `https://`로 시작하고 공백이나 따옴표가 없어야 합니다";
    BAD_HOST = "blueprint.bad-host", "`{path}`: `{found}` is no host name or address", "`{path}`: `{found}`은(는) 호스트 이름이나 주소가 아닙니다";
    BAD_SHA256 = "blueprint.bad-sha256", "`{path}` is no SHA-256 checksum", "`{path}`은(는) SHA-256 체크섬이 아닙니다";
    BAD_SHA256_HELP = "blueprint.bad-sha256-help", "64 hex digits, as `sha256sum FILE` prints them", "`sha256sum 파일`이 출력하는 16진수 64자리";
    BAD_CIDR = "blueprint.bad-cidr", "`{path}`: `{found}` is no address range", "`{path}`: `{found}`은(는) 주소 대역이 아닙니다";
    BAD_CIDR_HELP = "blueprint.bad-cidr-help", "an IPv4 network with its length, for example `{example}`", "길이가 있는 IPv4 네트워크. 예: `{example}`";
    BAD_SSH_KEY = "blueprint.bad-ssh-key", "`{path}` is no SSH public key", "`{path}`은(는) SSH 공개 키가 아닙니다";
    BAD_SSH_KEY_HELP = "blueprint.bad-ssh-key-help", "the one line of a `.pub` file, which begins with `ssh-` or `ecdsa-`; never the private key",
        "`ssh-` 또는 `ecdsa-`로 시작하는 `.pub` 파일의 한 줄. 개인 키를 넣으면 안 됩니다";
}
