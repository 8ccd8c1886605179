"""A catalogue of any size: synthetic public services at synthetic malls, written straight into the tables."""

import itertools

import asyncpg

SERVICES = 200
# One mall in so many describes its services in its own words, as an override may.
OWN_WORDS = 20
_KINDS = (
    ("Izin", "Permit"),
    ("Surat keterangan", "Letter about"),
    ("Rekomendasi", "Recommendation for"),
    ("Sertifikat", "Certificate of"),
    ("Pendaftaran", "Registration of"),
    ("Perpanjangan", "Renewal of"),
    ("Pengesahan", "Validation of"),
    ("Pencabutan", "Withdrawal of"),
    ("Salinan", "Copy of"),
    ("Perubahan", "Change of"),
)
_THINGS = (
    ("apotek", "pharmacy"),
    ("bengkel", "workshop"),
    ("reklame", "billboard"),
    ("toko obat", "drug store"),
    ("rumah makan", "restaurant"),
    ("penelitian", "research"),
    ("perkawinan", "marriage"),
    ("kematian", "death"),
    ("kepindahan", "moving"),
    ("bangunan gedung", "building"),
    ("tempat parkir", "parking place"),
    ("trayek angkutan", "transport route"),
    ("klinik hewan", "animal clinic"),
    ("laboratorium", "laboratory"),
    ("koperasi", "cooperative"),
    ("sekolah swasta", "private school"),
    ("panti asuhan", "orphanage"),
    ("pemakaman", "cemetery"),
    ("perikanan", "fishery"),
    ("penggilingan padi", "rice mill"),
)


def public_services(number: int = SERVICES) -> list[dict[str, str]]:
    """Code, names, keywords and descriptions, id and en; at most 200, each a kind of paper about a thing."""
    pairs = itertools.islice(itertools.product(_KINDS, _THINGS), number)
    return [
        {
            # None of the shipped ones has such a code.
            "service": f"contoh {kind[0]} {thing[0]}".lower().replace(" ", "-"),
            "name_id": f"{kind[0]} {thing[0]}",
            "name_en": f"{kind[1]} {thing[1]}",
            "keywords_id": f"{thing[0]} usaha mengurus {kind[0].lower()} kabupaten",
            "keywords_en": f"{thing[1]} {kind[1].lower()} regency",
            "description_id": f"{kind[0]} untuk {thing[0]} dari dinas, berlaku lima tahun sejak tanggal terbit.",
            "description_en": f"{kind[1]} a {thing[1]}, issued by the office, valid for five years.",
        }
        for kind, thing in pairs
    ]


_COLUMNS = ("service", "name_id", "name_en", "keywords_id", "keywords_en", "description_id", "description_en")
_FILL = (
    """
    INSERT INTO malls
    SELECT r.code, 'MPP Digital ' || r.name, p.time_zone, m.working_weekdays, m.note, m.calendar_version
    FROM regions r JOIN regions p ON p.code = left(r.code, 2)
      CROSS JOIN (SELECT * FROM malls ORDER BY code LIMIT 1) AS m
    WHERE length(r.code) = 5 AND r.valid_to IS NULL AND r.code NOT IN (SELECT code FROM malls) ORDER BY r.code
    """,
    """
    CREATE TEMPORARY TABLE at AS
    SELECT code AS mall, CASE WHEN row_number() OVER places % {own} = 0 THEN code ELSE '' END AS own
    FROM malls WINDOW places AS (ORDER BY code <> '{first}', code) LIMIT {malls}
    """,
    "INSERT INTO definitions SELECT service, '1', 'of ' || service, '{{}}', '2026-01-01', NULL, now() FROM given",
    """
    INSERT INTO offerings SELECT mall || ' ' || service, mall, service, '1', 'of ' || service, '{{}}', now()
    FROM at, given
    """,
    """
    INSERT INTO search_texts SELECT service || ' ' || own, service,
      setweight(to_tsvector('indonesian', name_id), 'A') || setweight(to_tsvector('simple', name_en), 'A')
      || setweight(to_tsvector('indonesian', keywords_id), 'B') || setweight(to_tsvector('simple', keywords_en), 'B')
      || setweight(to_tsvector('indonesian', description_id || ' ' || own), 'C')
      || setweight(to_tsvector('simple', description_en), 'C')
      || setweight(to_tsvector('simple', 'dpmptsp Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu'), 'D')
    FROM given, (SELECT DISTINCT own FROM at) AS texts
    """,
    """
    INSERT INTO offering_periods (mall, service, starts, digest, card, agencies, words, text)
    SELECT mall, given.service, '2026-01-01', mall || ' ' || given.service,
      c.card || jsonb_build_object('mall', mall, 'service', given.service, 'digest', mall || ' ' || given.service,
        'name', jsonb_build_object('id', name_id, 'en', name_en),
        'description', jsonb_build_object('id', description_id, 'en', description_en)),
      '{{dpmptsp}}', t.words, t.id
    FROM at, given JOIN LATERAL (SELECT card FROM offering_periods LIMIT 1) AS c ON true
      JOIN LATERAL (SELECT * FROM search_texts WHERE id = given.service || ' ' || own) AS t ON true
    """,
    """
    INSERT INTO search_words SELECT DISTINCT word FROM given, regexp_split_to_table(
      lower(concat_ws(' ', name_id, name_en, keywords_id, keywords_en, description_id, description_en)), '[^a-z]+'
    ) AS word WHERE length(word) > 2 ON CONFLICT DO NOTHING
    """,
)


async def fill(database_url: str, malls: int, first: str) -> int:
    """200 public services at each of `malls` malls, `first` among them; the shipped ones are there already.

    The number of offerings there are then.
    """
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(f"CREATE TEMPORARY TABLE given ({' text, '.join(_COLUMNS)} text)")
            rows = [tuple(each[name] for name in _COLUMNS) for each in public_services()]
            await connection.copy_records_to_table("given", records=rows, columns=_COLUMNS)
            for statement in _FILL:
                await connection.execute(statement.format(malls=malls, first=first, own=OWN_WORDS))
        await connection.execute("VACUUM ANALYZE")
        return int(await connection.fetchval("SELECT count(*) FROM offering_periods"))
    finally:
        await connection.close()
