//! The sentences of `cloud/`: what to do about an error, shown below its exact words.

crate::messages! {
    HELP_NO_CONFIG = "cloud.help.no-config",
        "put a clouds.yaml at ~/.config/openstack/clouds.yaml (the dashboard offers one under API Access), or set OS_AUTH_URL and the other OS_* variables",
        "~/.config/openstack/clouds.yaml에 clouds.yaml을 두거나(대시보드의 API 접근에서 내려받을 수 있음) OS_AUTH_URL 등 OS_* 변수를 설정하십시오";
    HELP_CHOOSE_CLOUD = "cloud.help.choose-cloud",
        "choose one with --cloud NAME or OS_CLOUD",
        "--cloud 이름 또는 OS_CLOUD로 하나를 고르십시오";
    HELP_SECURE = "cloud.help.secure",
        "secrets may also stand in a secure.yaml beside the clouds.yaml",
        "비밀 값은 clouds.yaml 옆의 secure.yaml에 둘 수도 있습니다";
    HELP_CACERT = "cloud.help.cacert",
        "a private certificate authority is named by `cacert` in clouds.yaml or by OS_CACERT",
        "사설 인증 기관은 clouds.yaml의 `cacert` 또는 OS_CACERT로 지정합니다";
    HELP_UNREACHABLE = "cloud.help.unreachable",
        "nothing was sent: check the address and whether this machine may reach it",
        "아무것도 전송되지 않았습니다. 주소와 이 컴퓨터에서의 접근 가능 여부를 확인하십시오";
    HELP_LOST = "cloud.help.lost",
        "the service may still act on this request: the next run looks first what became of it",
        "서비스가 이 요청을 나중에 처리할 수 있습니다. 다음 실행이 먼저 그 결과를 확인합니다";
    HELP_SILENT = "cloud.help.silent",
        "the service accepts connections and does not answer: ask the cloud's operators, or try again later",
        "서비스가 연결은 받지만 응답하지 않습니다. 클라우드 운영자에게 문의하거나 나중에 다시 시도하십시오";
    HELP_REGION = "cloud.help.region",
        "set `region_name` in clouds.yaml or OS_REGION_NAME; names are case sensitive",
        "clouds.yaml의 `region_name` 또는 OS_REGION_NAME을 설정하십시오. 대소문자를 구분합니다";
    HELP_INTERFACE = "cloud.help.interface",
        "`interface` in clouds.yaml (OS_INTERFACE) chooses between public, internal and admin addresses",
        "clouds.yaml의 `interface`(OS_INTERFACE)로 public, internal, admin 주소 중에서 고릅니다";
    HELP_FORBIDDEN = "cloud.help.forbidden",
        "this user's roles in the project do not allow it: ask the project's administrator",
        "이 사용자의 프로젝트 역할로는 허용되지 않습니다. 프로젝트 관리자에게 문의하십시오";
    HELP_BUSY = "cloud.help.busy",
        "the service stayed busy all the time that it was given: try again later",
        "서비스가 계속 바쁜 상태였습니다. 나중에 다시 시도하십시오";
}
