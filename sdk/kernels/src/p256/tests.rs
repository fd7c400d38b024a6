use super::*;

fn hex(text: &str) -> [u8; 32] {
    core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

fn complete(mut table: Table) -> Table {
    while !table.is_complete() {
        table.grow();
    }
    table
}

/// RFC 6979 §A.2.5, SHA-256 of "sample".
fn sample() -> (Table, [u8; 32], [u8; 64]) {
    let x = hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6");
    let y = hex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
    let digest = hex("AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF");
    let r = hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716");
    let s = hex("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
    let signature = core::array::from_fn(|i| if i < 32 { r[i] } else { s[i - 32] });
    (Table::of_key(&x, &y).unwrap(), digest, signature)
}

#[test]
fn verifies_the_example_of_rfc_6979() {
    let (key, digest, signature) = sample();
    let (generator, key) = (complete(Table::of_generator()), complete(key));
    assert_eq!(verify(&generator, &key, &digest, &signature), Verdict::Valid);
    for bit in 0..512 {
        let mut other = signature;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&generator, &key, &digest, &other), Verdict::Invalid, "bit {bit}");
    }
    for bit in 0..256 {
        let mut other = digest;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&generator, &key, &other, &signature), Verdict::Invalid, "bit {bit}");
    }
}

#[test]
fn nothing_is_said_while_a_row_is_missing() {
    let (whole, digest, signature) = sample();
    let (generator, key) = (complete(Table::of_generator()), complete(whole));
    let (mut rows, mut own) = (Table::of_generator(), sample().0);
    while !rows.is_complete() {
        assert_eq!(verify(&rows, &key, &digest, &signature), Verdict::Undecided);
        assert_eq!(verify(&generator, &own, &digest, &signature), Verdict::Undecided);
        rows.grow();
        own.grow();
    }
    assert_eq!(verify(&rows, &own, &digest, &signature), Verdict::Valid);
}
