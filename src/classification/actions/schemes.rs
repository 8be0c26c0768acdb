//! What may be done with regimes and schemes.

use super::{Listed, load_scheme};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::classification::model::{Code, Conversion, Scheme};
use crate::classification::regimes::{self, Regime};
use crate::classification::store;
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::{SYSTEM, SchemeName};

/// Asks for the regimes that ship.
#[derive(Debug, Clone)]
pub struct ListRegimes;

/// The regimes that ship.
#[derive(Debug, Clone)]
pub struct Regimes(pub &'static [Regime]);

/// Asks for a copy of a regime; an empty `scheme.scheme` is the id of the regime.
#[derive(Debug, Clone)]
pub struct AdoptScheme {
    pub scheme: SchemeName,
    pub regime: String,
    pub first_fiscal_year: Option<i64>,
    /// The last one, where the message states it; none inside means that no end is known.
    pub last_fiscal_year: Option<Option<i64>>,
}

/// Asks for a new scheme without codes; `id` is empty where the server makes one.
#[derive(Debug, Clone)]
pub struct CreateScheme(pub Scheme);

/// Asks for one scheme.
#[derive(Debug, Clone)]
pub struct GetScheme {
    pub name: SchemeName,
    pub read_at: ReadAt,
}

/// Asks for a page of schemes.
#[derive(Debug, Clone)]
pub struct ListSchemes {
    pub jurisdiction: String,
    pub fiscal_year: Option<i64>,
    pub read_at: ReadAt,
    pub page: Page,
}

/// Asks for changes of a scheme; a year of 0 is not stated.
#[derive(Debug, Clone)]
pub struct UpdateScheme {
    pub etag: String,
    pub mask: Mask,
    pub new: Scheme,
}

pub async fn list_regimes(app: App, call: Call, _: ListRegimes) -> Result<Keep<Regimes>> {
    let read = |_: &mut View<'_>| Ok(Regimes(&regimes::shipped()?.regimes));
    let answer = app.read(&call, SYSTEM, ReadAt::Head, read).await?;
    // What ships is the same for as long as the process lives: no object ends it.
    Ok(answer.kept(SYSTEM, Depends::Names(Vec::new())))
}

pub async fn adopt_scheme(app: App, call: Call, ask: AdoptScheme) -> Result<Answer<Scheme>> {
    let jurisdiction = ask.scheme.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let missing = || Error::NotFound { kind: "Regime", name: format!("regimes/{}", ask.regime) };
        let regime = regimes::find(&ask.regime)?.ok_or_else(missing)?;
        let new = copy_of(regime, &ask);
        let others = require_room(tx, &new)?;
        store::insert_scheme(tx, &new)?;
        let of_scheme =
            |code: &Code| Code { jurisdiction: new.jurisdiction.clone(), scheme: new.id.clone(), ..code.clone() };
        let codes: Vec<Code> = regime.codes.iter().map(of_scheme).collect();
        store::open_codes(tx, &codes)?;
        let joined = shipped_conversions(&new, &others)?;
        store::open_conversions(tx, &joined)?;
        Ok((Entry::of(new.name()), load_scheme(&mut tx.view(), &new.name())?))
    };
    app.write(&call, &jurisdiction, run, replay_scheme).await
}

fn copy_of(regime: &Regime, ask: &AdoptScheme) -> Scheme {
    Scheme {
        jurisdiction: ask.scheme.jurisdiction.clone(),
        id: if ask.scheme.scheme.is_empty() { regime.id.clone() } else { ask.scheme.scheme.clone() },
        display_name: regime.display_name.clone(),
        english_name: regime.english_name.clone(),
        regime: Some(regime.id.clone()),
        first_fiscal_year: ask.first_fiscal_year.unwrap_or(regime.first_fiscal_year),
        last_fiscal_year: ask.last_fiscal_year.unwrap_or(regime.last_fiscal_year),
        citation: regime.citation.clone(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

/// The conversions that ship between the new scheme and those that were made from other regimes.
fn shipped_conversions(new: &Scheme, others: &[Scheme]) -> Result<Vec<Conversion>> {
    let mut joined = Vec::new();
    for shipped in &regimes::shipped()?.conversions {
        for other in others {
            let made = |scheme: &Scheme, regime: &str| scheme.regime.as_deref() == Some(regime);
            let (from, to) = if made(new, &shipped.from) && made(other, &shipped.to) {
                (new, other)
            } else if made(other, &shipped.from) && made(new, &shipped.to) {
                (other, new)
            } else {
                continue;
            };
            joined.push(Conversion {
                jurisdiction: new.jurisdiction.clone(),
                scheme: from.id.clone(),
                target_scheme: to.id.clone(),
                dimension: shipped.dimension,
                code: shipped.code.clone(),
                targets: shipped.targets.clone(),
                citation: shipped.citation.clone(),
                revision: 0,
            });
        }
    }
    Ok(joined)
}

/// The id is free and no other scheme holds in the years; answers the other schemes.
fn require_room(tx: &mut Tx<'_>, new: &Scheme) -> Result<Vec<Scheme>> {
    let mut view = tx.view();
    if store::scheme_is_taken(&mut view, &new.id)? {
        return Err(Error::Exists { kind: "Scheme", name: new.name().to_string(), reason: Reason::AlreadyExists });
    }
    let others = store::all_schemes(&mut view)?;
    unless_refused(new.refuse_years(&others))?;
    Ok(others)
}

fn unless_refused(refusals: Vec<Refusal>) -> Result<()> {
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

pub async fn create_scheme(app: App, call: Call, ask: CreateScheme) -> Result<Answer<Scheme>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let jurisdiction = new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        require_room(tx, &new)?;
        store::insert_scheme(tx, &new)?;
        Ok((Entry::of(new.name()), load_scheme(&mut tx.view(), &new.name())?))
    };
    app.write(&call, &jurisdiction, run, replay_scheme).await
}

pub async fn get_scheme(app: App, call: Call, ask: GetScheme) -> Result<Keep<Scheme>> {
    let (jurisdiction, name) = (ask.name.jurisdiction.clone(), ask.name.to_string());
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| load_scheme(view, &ask.name)).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, name)))
}

pub async fn list_schemes(app: App, call: Call, ask: ListSchemes) -> Result<Keep<Listed<Scheme>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at, fiscal_year) = (app.instance().clone(), ask.page, start.read_at, ask.fiscal_year);
    let after = start.after.first().cloned().unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let mut items = store::list_schemes(view, fiscal_year, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.id.clone()])?;
        Ok(Listed { items, next_page_token })
    };
    let answer = app.read(&call, &ask.jurisdiction, read_at, read).await?;
    Ok(answer.kept(&ask.jurisdiction, Depends::everything(read_at)))
}

pub async fn update_scheme(app: App, call: Call, ask: UpdateScheme) -> Result<Answer<Scheme>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let old = load_scheme(&mut view, &ask.new.name())?;
        let permit = view.standing.may_here(Action::ManageSchemes)?;
        etag::require(&instance, &mut view, &ask.etag, &old.name().to_string(), old.revision)?;
        let scheme = changed(&old, &ask);
        let mut refusals = scheme.refuse_years(&store::all_schemes(&mut view)?);
        if (scheme.first_fiscal_year, scheme.last_fiscal_year) != (old.first_fiscal_year, old.last_fiscal_year) {
            refusals.extend(scheme.refuse_loss(&store::years_in_use(&mut view, &scheme.id)?));
        }
        unless_refused(refusals)?;
        tx.permit(permit);
        store::save_scheme(tx, &scheme)?;
        Ok((Entry::of(scheme.name()), load_scheme(&mut tx.view(), &scheme.name())?))
    };
    app.write(&call, &jurisdiction, run, replay_scheme).await
}

/// The scheme with the fields of the mask written.
fn changed(old: &Scheme, ask: &UpdateScheme) -> Scheme {
    let (new, mask) = (&ask.new, &ask.mask);
    let mut scheme = old.clone();
    if mask.writes("display_name", !new.display_name.is_empty()) {
        scheme.display_name.clone_from(&new.display_name);
    }
    if mask.writes("english_name", !new.english_name.is_empty()) {
        scheme.english_name.clone_from(&new.english_name);
    }
    if mask.writes("first_fiscal_year", new.first_fiscal_year != 0) {
        scheme.first_fiscal_year = new.first_fiscal_year;
    }
    if mask.writes("last_fiscal_year", new.last_fiscal_year.is_some()) {
        scheme.last_fiscal_year = new.last_fiscal_year;
    }
    if mask.writes("citation", !new.citation.is_empty()) {
        scheme.citation.clone_from(&new.citation);
    }
    scheme
}

fn replay_scheme(view: &mut View<'_>, first: &First) -> Result<Scheme> {
    let name = first.names.first().and_then(|name| SchemeName::parse(name));
    load_scheme(view, &name.ok_or_else(|| Error::bug("a journal row names no scheme"))?)
}
