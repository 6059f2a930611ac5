//! The sentences of `terminal/`.

crate::messages! {
    COUNTS = "terminal.counts", "{done} of {total} done, {flying} in flight, {failed} failed, {skipped} skipped", "{total}개 중 {done}개 완료, {flying}개 진행 중, {failed}개 실패, {skipped}개 건너뜀";
    IN_FLIGHT = "terminal.in-flight", "{address} {operation}", "{address} {operation}";
    IN_FLIGHT_ACCEPTED = "terminal.in-flight-accepted", "{address} {operation}, accepted", "{address} {operation}, 접수됨";
    YES_NO = "terminal.yes-no", "{question} [y/N] ", "{question} [y/N] ";
    TYPE_NAME = "terminal.type-name", "{question} Type its name to confirm ({name}): ", "{question} 확인하려면 이름을 입력하십시오 ({name}): ";
}
