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

diesel::table! {
    estimates (jurisdiction, estimate) {
        jurisdiction -> Text,
        since -> BigInt,
        estimate -> Text,
        at -> BigInt,
        unit -> Text,
        fiscal_year -> BigInt,
        kind -> Text,
        series -> Text,
        sequence -> BigInt,
        scheme -> Text,
    }
}

diesel::table! {
    estimate_versions (jurisdiction, estimate, until) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        estimate -> Text,
        at -> BigInt,
        created_at -> BigInt,
        unit -> Text,
        fiscal_year -> BigInt,
        kind -> Text,
        series -> Text,
        sequence -> BigInt,
        scheme -> Text,
        state -> Text,
        submission -> BigInt,
        number -> BigInt,
        in_force -> Nullable<BigInt>,
        title -> Text,
        line_count -> BigInt,
        last_sequence -> BigInt,
    }
}

diesel::table! {
    estimate_texts (jurisdiction, estimate, until) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        estimate -> Text,
        narrative -> Text,
        legal_basis -> Text,
    }
}

diesel::table! {
    estimate_totals (jurisdiction, estimate, until, side, nature, autonomy) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        estimate -> Text,
        side -> Text,
        nature -> Text,
        autonomy -> Text,
        line_count -> BigInt,
        actual_n2 -> BigInt,
        actual_n2_count -> BigInt,
        budget_n1 -> BigInt,
        budget_n1_count -> BigInt,
        expected_n1 -> BigInt,
        expected_n1_count -> BigInt,
        requested -> BigInt,
        requested_count -> BigInt,
        appraised -> BigInt,
        appraised_count -> BigInt,
        decided -> BigInt,
        decided_count -> BigInt,
    }
}

diesel::table! {
    line_versions (jurisdiction, estimate, until, sequence) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        estimate -> Text,
        line -> Text,
        sequence -> BigInt,
        side -> Text,
        administrative -> Nullable<Text>,
        functional -> Nullable<Text>,
        economic -> Nullable<Text>,
        source -> Nullable<Text>,
        programme -> Nullable<Text>,
        geographic -> Nullable<Text>,
        nature -> Text,
        autonomy -> Text,
        baseline -> Nullable<Text>,
        content -> Nullable<Text>,
        channel -> Nullable<Text>,
        delegated -> BigInt,
        counterpart -> Nullable<Text>,
        plan_task -> Nullable<Text>,
        project -> Nullable<Text>,
        description -> Text,
        search -> Text,
        quantity -> Nullable<BigInt>,
        price -> Nullable<BigInt>,
        norm -> Nullable<BigInt>,
        actual_n2 -> Nullable<BigInt>,
        budget_n1 -> Nullable<BigInt>,
        expected_n1 -> Nullable<BigInt>,
        requested -> Nullable<BigInt>,
        appraised -> Nullable<BigInt>,
        decided -> Nullable<BigInt>,
        appraised_reason -> Nullable<Text>,
        decided_reason -> Nullable<Text>,
        memo_currency -> Nullable<Text>,
        memo_amount -> Nullable<BigInt>,
        memo_rate -> Nullable<BigInt>,
        unallocated -> BigInt,
    }
}

diesel::table! {
    principals (jurisdiction, principal) {
        jurisdiction -> Text,
        since -> BigInt,
        principal -> Text,
        at -> BigInt,
        kind -> Text,
    }
}

diesel::table! {
    principal_versions (jurisdiction, principal, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        principal -> Text,
        at -> BigInt,
        state -> Text,
        administrator -> BigInt,
        name_commitment -> Binary,
    }
}

diesel::table! {
    principal_names (jurisdiction, principal) {
        jurisdiction -> Text,
        principal -> Text,
        display_name -> Text,
        salt -> Binary,
    }
}

diesel::table! {
    principal_mappings (jurisdiction, kind, issuer, subject, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        kind -> Text,
        issuer -> Text,
        subject -> Text,
        principal -> Text,
    }
}

diesel::table! {
    tokens (jurisdiction, token) {
        jurisdiction -> Text,
        since -> BigInt,
        token -> Text,
        principal -> Text,
        at -> BigInt,
        label -> Text,
        secret_hash -> Binary,
    }
}

diesel::table! {
    token_versions (jurisdiction, token, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        token -> Text,
        at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        successor -> Nullable<Text>,
    }
}

diesel::table! {
    access_log (jurisdiction, number) {
        jurisdiction -> Text,
        number -> BigInt,
        at -> BigInt,
        actor -> Text,
        method -> Text,
        reason -> Text,
        occurrences -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(principals, principal_versions, principal_names, tokens, token_versions);

diesel::table! {
    role_grants (jurisdiction, role_grant) {
        jurisdiction -> Text,
        since -> BigInt,
        role_grant -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    role_grant_versions (jurisdiction, role_grant, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        role_grant -> Text,
        at -> BigInt,
        created_at -> BigInt,
        principal -> Text,
        role -> Text,
        unit -> Nullable<Text>,
        starts_on -> Text,
        ends_on -> Nullable<Text>,
        state -> Text,
        granted_by -> Text,
        confirmed_by -> Nullable<Text>,
    }
}

diesel::table! {
    delegations (jurisdiction, delegation) {
        jurisdiction -> Text,
        since -> BigInt,
        delegation -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    delegation_versions (jurisdiction, delegation, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        delegation -> Text,
        at -> BigInt,
        created_at -> BigInt,
        lender -> Text,
        deputy -> Text,
        role -> Nullable<Text>,
        unit -> Nullable<Text>,
        starts_on -> Text,
        ends_on -> Text,
        state -> Text,
    }
}

diesel::table! {
    document_hands (jurisdiction, document, person) {
        jurisdiction -> Text,
        since -> BigInt,
        document -> Text,
        person -> Text,
        part -> Text,
    }
}

diesel::table! {
    inclusions (jurisdiction, child, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        child -> Text,
        parent -> Text,
        submission -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    document_places (jurisdiction, document, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        document -> Text,
        kind -> Text,
        unit -> Text,
        year -> BigInt,
        state -> Text,
        verb -> Text,
        submission -> BigInt,
        submitter -> Text,
        submitted_for -> Text,
        arrived_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    calendar_steps (jurisdiction, kind, year, verb, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        kind -> Text,
        year -> BigInt,
        verb -> Text,
        due_on -> Text,
        title -> Text,
        citation -> Text,
        blocks -> BigInt,
    }
}

diesel::table! {
    calendar_exceptions (jurisdiction, kind, year, verb, unit, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        kind -> Text,
        year -> BigInt,
        verb -> Text,
        unit -> Text,
        due_on -> Text,
        reason -> Text,
    }
}

diesel::table! {
    calendar_terms (jurisdiction, kind, year, verb, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        kind -> Text,
        year -> BigInt,
        verb -> Text,
        working_days -> BigInt,
        event -> Text,
        day -> Nullable<Text>,
    }
}

diesel::table! {
    holiday_years (jurisdiction, year, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        year -> BigInt,
        rest -> Text,
        note -> Text,
    }
}

diesel::table! {
    holidays (jurisdiction, year, day, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        year -> BigInt,
        day -> Text,
        kind -> Text,
        name -> Text,
    }
}

diesel::table! {
    document_steps (jurisdiction, document, since) {
        jurisdiction -> Text,
        since -> BigInt,
        document -> Text,
        at -> BigInt,
        verb -> Text,
        from_state -> Text,
        to_state -> Text,
        submission -> BigInt,
        number -> BigInt,
        person -> Text,
        on_behalf_of -> Text,
        reason -> Text,
        justifications -> Text,
    }
}

diesel::table! {
    line_remarks (jurisdiction, document, since, line) {
        jurisdiction -> Text,
        since -> BigInt,
        document -> Text,
        line -> Text,
        remark -> Text,
    }
}

diesel::table! {
    acts (jurisdiction, act) {
        jurisdiction -> Text,
        since -> BigInt,
        act -> Text,
        at -> BigInt,
        number -> Text,
        signed_on -> Text,
        authority -> Text,
        signer -> Text,
        file_digest -> Nullable<Binary>,
    }
}

diesel::table! {
    decisions (jurisdiction, document, number) {
        jurisdiction -> Text,
        since -> BigInt,
        document -> Text,
        number -> BigInt,
        act -> Text,
        at -> BigInt,
        person -> Text,
        previous -> Nullable<BigInt>,
    }
}
diesel::allow_tables_to_appear_in_same_query!(acts, decisions);
diesel::allow_tables_to_appear_in_same_query!(document_hands, document_places);

diesel::allow_tables_to_appear_in_same_query!(estimate_versions, estimate_totals, line_versions);

diesel::table! {
    plans (jurisdiction, plan) {
        jurisdiction -> Text,
        since -> BigInt,
        plan -> Text,
        at -> BigInt,
        unit -> Text,
        kind -> Text,
    }
}

diesel::table! {
    plan_versions (jurisdiction, plan, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        at -> BigInt,
        created_at -> BigInt,
        unit -> Text,
        kind -> Text,
        title -> Text,
        label -> Text,
        first_year -> BigInt,
        last_year -> BigInt,
        base_year -> Nullable<BigInt>,
        state -> Text,
        submission -> BigInt,
        number -> BigInt,
        in_force -> Nullable<BigInt>,
        item_count -> BigInt,
        last_sequence -> BigInt,
    }
}

diesel::table! {
    plan_texts (jurisdiction, plan, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        narrative -> Text,
        legal_basis -> Text,
        refers_to -> Text,
    }
}

diesel::table! {
    plan_item_versions (jurisdiction, plan, item, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        item -> Text,
        sequence -> BigInt,
        kind -> Text,
        code -> Text,
        title -> Text,
        body -> Text,
        search -> Text,
        goal_group -> Nullable<Text>,
        goal -> Nullable<Text>,
        measure -> Nullable<Text>,
        value_kind -> Nullable<Text>,
        direction -> Nullable<Text>,
        comparator -> Nullable<Text>,
        aggregation -> Nullable<Text>,
        cumulative -> Nullable<BigInt>,
        decimals -> Nullable<BigInt>,
        formula -> Nullable<Text>,
        numerator -> Nullable<Text>,
        denominator -> Nullable<Text>,
        baseline_year -> Nullable<BigInt>,
        baseline -> Nullable<BigInt>,
        targets -> Nullable<Text>,
        source -> Nullable<Text>,
        unit -> Nullable<Text>,
        partners -> Nullable<Text>,
        starts_on -> Nullable<Text>,
        ends_on -> Nullable<Text>,
        authority -> Nullable<Text>,
        serves -> Nullable<Text>,
        outside_reason -> Nullable<Text>,
        holder -> Nullable<Text>,
        year -> Nullable<BigInt>,
        financing_class -> Nullable<Text>,
        nature -> Nullable<Text>,
        amount -> Nullable<BigInt>,
        part -> Nullable<Text>,
        roll_up -> Nullable<Text>,
    }
}
diesel::allow_tables_to_appear_in_same_query!(plan_versions, plan_item_versions);

diesel::table! {
    actual_versions (jurisdiction, plan, indicator, year, quarter, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        indicator -> Text,
        year -> BigInt,
        quarter -> BigInt,
        at -> BigInt,
        status -> Text,
        value -> Nullable<BigInt>,
        text -> Nullable<Text>,
        members -> Nullable<Text>,
        reason -> Text,
        evidence -> Text,
    }
}

diesel::table! {
    progress_versions (jurisdiction, plan, task, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        task -> Text,
        at -> BigInt,
        progress -> Text,
        done -> Nullable<BigInt>,
        note -> Text,
        evidence -> Text,
    }
}

diesel::table! {
    pay_parameters (jurisdiction, kind, code, starts_on, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        kind -> Text,
        code -> Text,
        starts_on -> Text,
        at -> BigInt,
        ends_on -> Nullable<Text>,
        display_name -> Text,
        amount -> Nullable<BigInt>,
        coefficient -> Nullable<BigInt>,
        rate_bp -> Nullable<BigInt>,
        later_rate_bp -> Nullable<BigInt>,
        months -> Nullable<BigInt>,
        target -> Nullable<Text>,
        method -> Nullable<Text>,
        base -> Nullable<Text>,
        percent_of -> Nullable<Text>,
        cap -> Nullable<BigInt>,
        staff_kinds -> Nullable<Text>,
        category -> Nullable<Text>,
        economic -> Nullable<Text>,
        provenance -> Text,
        citation -> Text,
        note -> Text,
    }
}

diesel::table! {
    workforce_plans (jurisdiction, plan) {
        jurisdiction -> Text,
        since -> BigInt,
        plan -> Text,
        at -> BigInt,
        unit -> Text,
        first_year -> BigInt,
        last_year -> BigInt,
        sequence -> BigInt,
    }
}

diesel::table! {
    workforce_plan_versions (jurisdiction, plan, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        at -> BigInt,
        created_at -> BigInt,
        unit -> Text,
        first_year -> BigInt,
        last_year -> BigInt,
        sequence -> BigInt,
        title -> Text,
        legal_basis -> Text,
        state -> Text,
        submission -> BigInt,
        number -> BigInt,
        in_force -> Nullable<BigInt>,
        group_count -> BigInt,
        last_sequence -> BigInt,
    }
}

diesel::table! {
    staffing_items (jurisdiction, plan, item, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        item -> Text,
        sequence -> BigInt,
        kind -> Text,
        unit -> Nullable<Text>,
        staff_kind -> Nullable<Text>,
        year -> Nullable<BigInt>,
        requested -> Nullable<BigInt>,
        appraised -> Nullable<BigInt>,
        decided -> Nullable<BigInt>,
        appraised_reason -> Nullable<Text>,
        decided_reason -> Nullable<Text>,
        content -> Text,
    }
}

diesel::table! {
    quotas (jurisdiction, plan, demand, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        demand -> Text,
        number -> BigInt,
        unit -> Text,
        staff_kind -> Text,
        starts_on -> Text,
        ends_on -> Text,
        head_count -> BigInt,
    }
}

diesel::table! {
    staff_groups (jurisdiction, plan, staff_group, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        plan -> Text,
        staff_group -> Text,
        sequence -> BigInt,
        display_name -> Text,
        staff_kind -> Text,
        head_count -> BigInt,
        full_time_bp -> BigInt,
        rank -> Nullable<Text>,
        scale -> Nullable<Text>,
        step -> Nullable<BigInt>,
        coefficient -> Nullable<BigInt>,
        preserved -> BigInt,
        next_step_on -> Nullable<Text>,
        starts_on -> Nullable<Text>,
        ends_on -> Nullable<Text>,
        given -> Text,
    }
}

diesel::table! {
    projects (jurisdiction, project) {
        jurisdiction -> Text,
        since -> BigInt,
        project -> Text,
        at -> BigInt,
        unit -> Text,
    }
}

diesel::table! {
    project_versions (jurisdiction, project, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        project -> Text,
        at -> BigInt,
        created_at -> BigInt,
        unit -> Text,
        state -> Text,
        code -> Text,
        title -> Text,
        search -> Text,
        kind -> Text,
        level -> Text,
        field -> Nullable<Text>,
        method -> Nullable<Text>,
        payment -> Nullable<Text>,
        host -> Text,
        lead -> Nullable<Text>,
        secretary -> Nullable<Text>,
        list -> Nullable<Text>,
        first_year -> BigInt,
        last_year -> BigInt,
        starts_on -> Nullable<Text>,
        ends_on -> Nullable<Text>,
        total -> Nullable<BigInt>,
        step_count -> BigInt,
        moved_on -> Nullable<Text>,
        first_called_on -> Nullable<Text>,
        called_on -> Nullable<Text>,
        approved_total -> Nullable<BigInt>,
        approved_state -> Nullable<BigInt>,
        contract_number -> Nullable<Text>,
        contract_signed_on -> Nullable<Text>,
        original_ends_on -> Nullable<Text>,
        results_submitted_on -> Nullable<Text>,
        late_days -> Nullable<BigInt>,
        rating -> Nullable<Text>,
        accepted_on -> Nullable<Text>,
        registration -> Nullable<Text>,
        cause -> Nullable<Text>,
    }
}

diesel::table! {
    project_texts (jurisdiction, project, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        project -> Text,
        objective -> Text,
        product -> Text,
        plan_tasks -> Text,
    }
}

diesel::table! {
    project_money (jurisdiction, project, year, financing_class, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        project -> Text,
        year -> BigInt,
        financing_class -> Text,
        planned -> BigInt,
        assigned -> Nullable<BigInt>,
    }
}

diesel::table! {
    project_steps (jurisdiction, project, number) {
        jurisdiction -> Text,
        since -> BigInt,
        project -> Text,
        number -> BigInt,
        at -> BigInt,
        verb -> Text,
        from_state -> Text,
        to_state -> Text,
        moved_on -> Text,
        person -> Text,
        on_behalf_of -> Text,
        act_number -> Nullable<Text>,
        act_signed_on -> Nullable<Text>,
        act_authority -> Nullable<Text>,
        act_signer -> Nullable<Text>,
        outcome -> Nullable<Text>,
        contract_number -> Nullable<Text>,
        funding_year -> Nullable<BigInt>,
        amounts -> Nullable<Text>,
        ends_on -> Nullable<Text>,
        requested_on -> Nullable<Text>,
        rating -> Nullable<Text>,
        registration -> Nullable<Text>,
        cause -> Nullable<Text>,
        note -> Text,
    }
}

diesel::table! {
    project_parameters (jurisdiction, kind, starts_on, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        kind -> Text,
        starts_on -> Text,
        at -> BigInt,
        value -> BigInt,
        provenance -> Text,
        citation -> Text,
        note -> Text,
    }
}

diesel::table! {
    acknowledgements_due (jurisdiction, document, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        document -> Text,
        kind -> Text,
        unit -> Text,
        changed_at -> BigInt,
        line_count -> BigInt,
    }
}

diesel::table! {
    changed_lines (jurisdiction, document, line, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        document -> Text,
        line -> Text,
    }
}

diesel::table! {
    envelopes (jurisdiction, envelope) {
        jurisdiction -> Text,
        since -> BigInt,
        envelope -> Text,
        at -> BigInt,
        unit -> Text,
    }
}

diesel::table! {
    envelope_versions (jurisdiction, envelope, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        envelope -> Text,
        at -> BigInt,
        created_at -> BigInt,
        unit -> Text,
        kind -> Text,
        selector -> Text,
        title -> Text,
        note -> Text,
        state -> Text,
        act -> Text,
    }
}

diesel::table! {
    envelope_amounts (jurisdiction, envelope, year, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        envelope -> Text,
        year -> BigInt,
        unit -> Text,
        kind -> Text,
        selected -> Text,
        amount -> BigInt,
        retained -> Nullable<BigInt>,
    }
}

diesel::table! {
    rule_sets (jurisdiction, rule_set, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        rule_set -> Text,
        first_year -> BigInt,
        last_year -> Nullable<BigInt>,
    }
}

diesel::table! {
    rule_settings (jurisdiction, rule, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        rule -> Text,
        asking -> Text,
        deciding -> Text,
        first_year -> BigInt,
        last_year -> Nullable<BigInt>,
        document -> Text,
        article -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(envelope_versions, envelope_amounts);

diesel::table! {
    funding_rules (jurisdiction, unit, staff_kind, component, starts_on, since) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        unit -> Text,
        staff_kind -> Text,
        component -> Text,
        starts_on -> Text,
        at -> BigInt,
        ends_on -> Nullable<Text>,
        shares -> Text,
        citation -> Text,
        note -> Text,
    }
}

diesel::table! {
    pay_lines (jurisdiction, estimate, line, until) {
        jurisdiction -> Text,
        since -> BigInt,
        until -> BigInt,
        estimate -> Text,
        line -> Text,
        plan -> Text,
        plan_revision -> BigInt,
        in_force -> BigInt,
    }
}
