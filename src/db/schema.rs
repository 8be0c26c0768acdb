//! The tables as diesel knows them; the migrations say what each row means.
#![allow(missing_docs, reason = "the migrations are the description of the tables")]

diesel::table! {
    heads (jurisdiction) {
        jurisdiction -> Text,
        revision -> BigInt,
        at -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    journal (jurisdiction, revision) {
        jurisdiction -> Text,
        revision -> BigInt,
        at -> BigInt,
        actor -> Text,
        on_behalf_of -> Text,
        method -> Text,
        command_id -> Text,
        request_id -> Nullable<Text>,
        fingerprint -> Nullable<Binary>,
        names -> Text,
        reason -> Text,
        row_count -> BigInt,
        row_digest -> Binary,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    answers (jurisdiction, revision) {
        jurisdiction -> Text,
        revision -> BigInt,
        answer -> Binary,
    }
}

diesel::table! {
    settings (jurisdiction, name) {
        jurisdiction -> Text,
        name -> Text,
        value -> Binary,
    }
}

diesel::table! {
    jurisdictions (jurisdiction, id) {
        jurisdiction -> Text,
        since -> BigInt,
        id -> Text,
        at -> BigInt,
        currency -> Text,
        currency_exponent -> BigInt,
        fiscal_year_start_month -> BigInt,
        fiscal_year_labelling -> Text,
    }
}

diesel::table! {
    jurisdiction_versions (jurisdiction, id, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        id -> Text,
        at -> BigInt,
        display_name -> Text,
        time_zone -> Text,
        search -> Text,
    }
}

diesel::table! {
    units (jurisdiction, unit) {
        jurisdiction -> Text,
        since -> BigInt,
        unit -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    unit_versions (jurisdiction, unit, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        unit -> Text,
        at -> BigInt,
        parent -> Nullable<Text>,
        display_name -> Text,
        kind -> Text,
        government_level -> Text,
        unit_level -> Text,
        autonomy_group -> Nullable<Text>,
        opens_on -> Nullable<Text>,
        closes_on -> Nullable<Text>,
        search -> Text,
    }
}

diesel::table! {
    unit_functions (jurisdiction, unit, function, starts_on, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        unit -> Text,
        function -> Text,
        starts_on -> Text,
        ends_on -> Nullable<Text>,
    }
}

diesel::table! {
    unit_codes (jurisdiction, unit, system, code, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        unit -> Text,
        system -> Text,
        code -> Text,
    }
}

diesel::table! {
    unit_successors (jurisdiction, unit, successor, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        unit -> Text,
        successor -> Text,
    }
}

diesel::table! {
    schemes (jurisdiction, scheme) {
        jurisdiction -> Text,
        since -> BigInt,
        scheme -> Text,
        at -> BigInt,
        regime -> Nullable<Text>,
    }
}

diesel::table! {
    scheme_versions (jurisdiction, scheme, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        scheme -> Text,
        at -> BigInt,
        display_name -> Text,
        english_name -> Text,
        first_fiscal_year -> BigInt,
        last_fiscal_year -> Nullable<BigInt>,
        citation -> Text,
    }
}

diesel::table! {
    codes (jurisdiction, scheme, dimension, code) {
        jurisdiction -> Text,
        since -> BigInt,
        scheme -> Text,
        dimension -> Text,
        code -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    code_versions (jurisdiction, scheme, dimension, code, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        scheme -> Text,
        dimension -> Text,
        code -> Text,
        at -> BigInt,
        parent -> Nullable<Text>,
        display_name -> Text,
        english_name -> Text,
        postable -> BigInt,
        provenance -> Text,
        citation -> Text,
        field -> Nullable<Text>,
        financing_class -> Nullable<Text>,
        last_fiscal_year -> Nullable<BigInt>,
        note -> Text,
        search -> Text,
    }
}

diesel::table! {
    conversions (jurisdiction, scheme, target_scheme, dimension, code, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        scheme -> Text,
        target_scheme -> Text,
        dimension -> Text,
        code -> Text,
        at -> BigInt,
        citation -> Text,
    }
}

diesel::table! {
    conversion_targets (jurisdiction, scheme, target_scheme, dimension, code, target, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        scheme -> Text,
        target_scheme -> Text,
        dimension -> Text,
        code -> Text,
        target -> Text,
        share_bp -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(jurisdictions, jurisdiction_versions);
diesel::allow_tables_to_appear_in_same_query!(schemes, scheme_versions);
diesel::allow_tables_to_appear_in_same_query!(codes, code_versions);
