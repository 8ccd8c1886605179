"""The problems of a definition in Indonesian, for the pages of editors; the terminal and its users speak English.

One place for all of them keeps the checks readable; tests/unit/catalog/test_problems_in_indonesian.py finds what is
missing here.
"""

import re

# What is wrong, by the words of the check; a group is shown as it is.
_SAID = (
    # The shape, in the words of the validator.
    (r"Additional properties are not allowed \((.+?) (?:was|were) unexpected\).*", "{0} tidak dikenal di sini: hapus"),
    (r"\"(.+?)\" is a required property.*", "“{0}” wajib ada: tambahkan"),
    (r"(.+) is not of types? (.+?): .*", "{0} bukan jenis {1}: tulis dalam jenis itu"),
    (r"(.+) is not one of (.+?)(?: or (.+?))?(?:: use one of these)", "{0} bukan salah satu pilihan: {1}, {2}"),
    (r"(.+) does not match .*", "{0} tidak sesuai polanya: perbaiki penulisannya"),
    (r"(.+) is not a \"(.+?)\".*", "{0} bukan {1}: tulis dalam bentuk itu, tanggal seperti 2026-12-31"),
    (r"(?:.+) has less than (\d+) (?:item|propert).*", "Paling sedikit {0}: tambahkan yang kurang"),
    (r"(?:.+) has more than (\d+) (?:item|propert).*", "Paling banyak {0}: kurangi"),
    (r"(.+) is shorter than (\d+) character.*", "Belum diisi atau kurang dari {1} huruf: lengkapi"),
    (r"(?:.+) is longer than (\d+) character.*", "Lebih dari {0} huruf: persingkat"),
    (r"(.+) is less than the minimum of (.+?): .*", "{0} kurang dari {1}: pakai angka lebih besar"),
    (r"(.+) is greater than the maximum of (.+?): .*", "{0} lebih dari {1}: pakai angka lebih kecil"),
    (r"(?:.+) has non-unique elements.*", "Ada yang tertulis dua kali: sisakan satu"),
    (r"(.+) was expected.*", "Seharusnya {0}"),
    # Codes and names.
    (r"code '(.+?)' is used twice.*", "Kode '{0}' dipakai dua kali di daftar ini: ganti salah satu"),
    (r"code '(.+?)' names two papers.*", "Kode '{0}' menamai dua berkas: ganti salah satu"),
    (r"there is no agency '(.*?)'.*", "Instansi '{0}' tidak ada: perbaiki kodenya"),
    (r"agency '(.+?)' answers no lookup '(.+?)', only (.+?): .*", "Instansi '{0}' tidak menjawab '{1}', hanya {2}"),
    (r"agency '(.+?)' has no grant for task '(.+?)' of '(.+?)'.*", "Instansi '{0}' belum berizin untuk tugas '{1}'"),
    (r"there is no output '(.+?)': name one of (.+)", "Dokumen hasil '{0}' tidak ada, yang ada {1}"),
    (r"no state of the workflow gives task '(.+?)'.*", "Tidak ada langkah yang memberi tugas '{0}': pakai atau hapus"),
    (r"there is no task '(.+?)' in tasks.*", "Tugas '{0}' tidak ada: tambahkan atau perbaiki kodenya"),
    (r"there is no definitions/templates/(.+?)\.typ.*", "Templat '{0}' tidak ada: perbaiki namanya"),
    (r"no state has the desk (.+?) of (.+?): .*", "Tidak ada langkah di meja penanda tangan {0} {1}"),
    (r"mpp.applications.v1 has no event '(.+?)': use one of (.+)", "Peristiwa '{0}' tidak ada: pakai salah satu {1}"),
    (r"'(.+?)' is not in definitions/sources.yaml.*", "Sumber '{0}' tidak ada di daftar sumber"),
    (r"version (.+?) is published already.*", "Versi {0} sudah terbit: beri versi baru"),
    # Numbers of documents.
    (r"unknown (.+?) in the numbering pattern: it may use (.+)", "{0} tidak dikenal di pola nomor: boleh {1}"),
    (r"the numbering pattern cannot be used: (.+?); .*", "Pola nomor tidak dapat dipakai: perbaiki kurung kurawalnya"),
    (r"the pattern needs \{sequence\} and \{year\}.*", "Pola nomor perlu {{sequence}} dan {{year}}: tambahkan"),
    # The form and what reads it.
    (r"the form has no field '(.+?)'.*", "Formulir tidak memuat isian '{0}': perbaiki atau tambahkan isiannya"),
    (r"the expression reads (.+?), but the form has no field '(.+?)'.*", "Ungkapan memakai {0}: isian '{1}' tidak ada"),
    (r"the expression does not compile, correct its CEL: (.*)", "Ungkapan CEL belum benar: {0}"),
    (r"unknown variable '(.+?)': expressions see (.+)", "Variabel '{0}' tidak dikenal: yang ada {1}"),
    (r"unknown function '(.+?)'.*", "Fungsi '{0}' tidak dikenal: pakai CEL baku atau plus_years(tanggal, tahun)"),
    (r"not a valid JSON Schema 2020-12: (.*)", "Bukan JSON Schema 2020-12 yang sah: {0}"),
    (r"add 'additionalProperties: false'.*", "Tambahkan 'additionalProperties: false': isian di luar formulir ditolak"),
    (r"'(.+?)' is already at (.+?): show a field once", "'{0}' sudah ditampilkan di {1}: tampilkan sekali"),
    (r"the expression reads (.+?), but an entry has no field '(.+?)'.*", "Ungkapan memakai {0}: isian '{1}' tidak ada"),
    (r"an entry has no field '(.+?)'.*", "Butir daftar tidak memuat isian '{0}': perbaiki atau tambahkan isiannya"),
    (r"'(.+?)' is no list of objects.*", "'{0}' bukan daftar: perbaiki jalurnya atau hapus butirnya"),
    (r"'(.+?)' is a list of objects: .*", "'{0}' sebuah daftar: tambahkan isian setiap butirnya"),
    (r"'(.+?)' needs maxItems, at most (\d+).*", "'{0}' perlu batas jumlah, paling banyak {1}: tambahkan"),
    (r"'(.+?)' asks for more entries than it takes.*", "'{0}' meminta lebih banyak daripada batasnya: turunkan"),
    (r"'(.+?)' is a list in a list: ask for it outside of '(.+?)'", "'{0}' daftar dalam daftar: pindahkan dari '{1}'"),
    (r"'(.+?)' is in an entry, and a rule .*: name the list '(.+?)'", "'{0}' bagian dari butir: pakai '{1}'"),
    (r"field '(.+?)' is in form.schema but not among .+ of '(.+?)'.*", "Isian '{0}' belum ada di daftar '{1}'"),
    (r"field '(.+?)' is in form.schema but in no group.*", "Isian '{0}' tidak ada di susunan formulir: tampilkan"),
    (r"'(.+?)' has no enum in form.schema.*", "'{0}' tidak punya enum: tambahkan, atau hapus pilihannya"),
    (r"options (.+) must be exactly the enum (.+) of form.schema.*", "Pilihan {0} harus sama dengan enum {1}"),
    # Requirements and fees.
    (r"'(.+?)' is either one paper.*", "'{0}' satu berkas atau sebuah pilihan: hapus atau lengkapi salah satunya"),
    (r"'(.+?)' is a choice: move (.+?) to.*", "'{0}' sebuah pilihan: pindahkan {1} ke masing-masing pilihannya"),
    (r"'(.+?)' is a scan, and one upload.*", "'{0}' berupa pindaian, cukup sekali unggah: hapus jumlahnya"),
    (r"a fee of kind '(.+?)' has (.+?), not (.+?): .*", "Biaya jenis '{0}' memakai {1}, bukan {2}: perbaiki"),
    (r"'(.+?)' has a formula: add 'rule'.*", "'{0}' memakai rumus: tulis aturannya dengan kata-kata"),
    # Times.
    (r"it ends before it begins.*", "Berakhir sebelum mulai: perbaiki tanggalnya"),
    (r"the steps take up to (\d+) working days, the standard promises (\d+).*", "Langkah {0} hari kerja, standar {1}"),
    (r"the published time is in minutes and in hours.*", "Waktu tertulis dalam menit dan jam: sisakan satu"),
    (r"the published time is longer than the deadline.*", "Waktu yang diumumkan lebih lama dari batasnya: perbaiki"),
    (r"a step takes exactly one of .*", "Satu langkah memakai satu satuan: menit, jam atau hari kerja"),
    (r"the steps add up to (.+?), the standard says (.+?): .*", "Jumlah langkah {0}, standar {1}: perbaiki"),
    (r"class '(.+?)' has (\d+) working days, the standard (\d+).*", "Kelas '{0}' {1} hari kerja, standar {2}: kurangi"),
    # The workflow.
    (r"there is no state '(.+?)': name one of (.+)", "Langkah '{0}' tidak ada, yang ada {1}"),
    (r"'(.+?)' is final: nothing can be withdrawn.*", "'{0}' langkah akhir: tidak dapat ditarik dari sana"),
    (r"'(.+?)' has status (.+?): the event that leads there is (.+)", "'{0}' berstatus {1}: peristiwanya {2}"),
    (r"'(.+?)' is final: its clock is NONE", "'{0}' langkah akhir: jamnya NONE"),
    (r"'(.+?)' is final \((.+?)\): take out (.+)", "'{0}' langkah akhir ({1}): hapus {2}"),
    (r"'(.+?)' must be somebody's.*", "'{0}' harus dikerjakan seseorang: meja, tugas instansi, atau pemohon"),
    (r"'(.+?)' leads nowhere: a state with '(.+?)' needs '(.+?)'", "'{0}' tidak berlanjut: lengkapi {2}"),
    (r"'(.+?)': the clock is APPLICANT exactly.*", "'{0}': jam APPLICANT hanya bila pemohon yang bertindak"),
    (r"'(.+?)' is a desk's: say how many working_days.*", "'{0}' dikerjakan sebuah meja: isi jumlah hari kerjanya"),
    (r"'(.+?)' must say why: add 'needs: \[(.+?)\]'", "'{0}' harus beralasan: tambahkan {1}"),
    (r"'(.+?)' is never reached.*", "'{0}' tidak pernah dicapai: arahkan ke sana atau hapus"),
    (r"'(.+?)' never ends.*", "'{0}' tidak pernah selesai: tidak ada jalan ke langkah akhir"),
    # Canonical JSON.
    (r"write (.+?) as a string or an integer.*", "Tulis {0} sebagai teks atau bilangan bulat"),
    (r"use plain letters in the key (.+)", "Pakai huruf biasa pada nama {0}"),
)  # fmt: skip
_UNITS = (
    (" working days", " hari kerja"),
    (" minutes", " menit"),
    (" other candidates", " pilihan lain"),
    ("nothing", "kosong"),
)
_KNOWN = tuple((re.compile(said, re.DOTALL), told) for said, told in _SAID)


def in_indonesian(message: str) -> str | None:
    """The same in Indonesian; None for a message that nobody has translated."""
    for said, told in _KNOWN:
        if match := said.fullmatch(message):
            return told.format(*(_shown(group or "") for group in match.groups())).rstrip(", ") + "."
    return None


def _shown(found: str) -> str:
    for en, id in _UNITS:
        found = found.replace(en, id)
    return found
