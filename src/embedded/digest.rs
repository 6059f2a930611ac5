//! Digests as OpenStack writes them. MD5 (RFC 1321) is still shown (Glance's `checksum`, Nova's key fingerprints); it
//! protects nothing here.

/// Bytes in lower case hexadecimal digits.
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0')));
        text
    })
}

/// The MD5 digest of these bytes, in digits.
pub fn md5(bytes: &[u8]) -> String {
    digits(&digest(bytes))
}

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend((bytes.len() as u64).wrapping_mul(8).to_le_bytes());
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in message.chunks_exact(64) {
        let words: Vec<u32> =
            block.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
        let [mut first, mut second, mut third, mut fourth] = state;
        for step in 0..64_usize {
            let (mix, word) = match step / 16 {
                0 => ((second & third) | (!second & fourth), step),
                1 => ((fourth & second) | (!fourth & third), (5 * step + 1) % 16),
                2 => (second ^ third ^ fourth, (3 * step + 5) % 16),
                _ => (third ^ (second | !fourth), (7 * step) % 16),
            };
            let sum = first.wrapping_add(mix).wrapping_add(constant(step)).wrapping_add(words[word]);
            (first, fourth, third) = (fourth, third, second);
            second = second.wrapping_add(sum.rotate_left(SHIFTS[step / 16][step % 4]));
        }
        for (kept, new) in state.iter_mut().zip([first, second, third, fourth]) {
            *kept = kept.wrapping_add(new);
        }
    }
    let mut out = [0; 16];
    for (place, word) in out.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    out
}

/// `floor(2^32 × |sin(step + 1)|)`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn constant(step: usize) -> u32 {
    ((step as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use super::md5;

    #[test]
    fn the_test_suite_of_the_rfc() {
        assert_eq!(md5(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(md5(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        let long = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(md5(long), "57edf4a22be3c955ac49da2e2107b67a");
    }
}
