"""Sentences of the pages for anybody."""

from mpp_runtime.errors import Text

TEXTS = {
    # Home
    "home_title": Text("Satu tempat untuk layanan publik", "One place for public services"),
    "home_lead": Text(
        "Ajukan sekali, ikuti prosesnya, terima dokumen bertanda tangan elektronik yang bisa diperiksa siapa pun.",
        "Apply once, follow your file, receive an electronically signed document that anyone can check.",
    ),
    "home_track": Text("Lacak permohonan", "Track an application"),
    "home_track_text": Text(
        "Lihat siapa yang memproses dan kapan selesai, dengan nomor dan kode pelacakan.",
        "See who has it and when it will be done, with its number and tracking code.",
    ),
    "home_verify": Text("Periksa keaslian dokumen", "Check that a document is genuine"),
    "home_verify_text": Text(
        "Dengan kode di bawah QR, atau dengan mengunggah PDF-nya.",
        "With the code below the QR, or by uploading the PDF.",
    ),
    "home_mailbox": Text("Kotak surat demonstrasi", "Demonstration mailbox"),
    "home_mailbox_text": Text(
        "Semua surel dan SMS simulasi dari mal ini masuk ke sini.",
        "Every e-mail and simulated SMS this mall sends arrives here.",
    ),
    "home_developers": Text("Untuk pengembang", "For developers"),
    "home_developers_text": Text(
        "Semua yang dilakukan halaman ini juga bisa dilakukan aplikasi Anda, lewat API publik yang sama.",
        "Whatever these pages do, your application can do too, through the same public API.",
    ),
    "home_applying": Text("Mengajukan permohonan", "Applying"),
    "home_applying_text": Text(
        "Halaman untuk mengajukan permohonan sedang dibuat. Sampai saat itu, permohonan diajukan lewat API publik.",
        "The pages for applying are being built. Until then, applications are made through the public API.",
    ),
    "api_of": Text("API {service}", "{service} API"),
    "all_contracts": Text("Semua API, peristiwa, dan kontrak", "All APIs, events and contracts"),
    # Track
    "track_title": Text("Lacak permohonan", "Track an application"),
    "track_lead": Text(
        "Nomor dan kode pelacakan ada di tanda terima Anda.", "The number and the tracking code are on your receipt."
    ),
    "track_number": Text("Nomor permohonan", "Application number"),
    "track_secret": Text("Kode pelacakan", "Tracking code"),
    "track_button": Text("Lihat perkembangan", "See how it is going"),
    "track_number_missing": Text("Isi nomor permohonan.", "Give the application number."),
    "track_secret_missing": Text("Isi kode pelacakan.", "Give the tracking code."),
    "track_none": Text(
        "Tidak ada permohonan dengan nomor dan kode ini. Periksa lagi keduanya di tanda terima Anda.",
        "There is no application with this number and code. Please compare both with your receipt.",
    ),
    "track_again": Text("Lacak permohonan lain", "Track another application"),
    "standing_at": Text("Diajukan di", "Handed in at"),
    "standing_since": Text("Diajukan", "Handed in"),
    "standing_promised": Text("Janji selesai", "Promised by"),
    "standing_due": Text("Batas langkah ini", "This step is due"),
    "standing_who": Text("Yang memproses", "Who has it"),
    "standing_you": Text("Anda, pemohon", "You, the applicant"),
    "standing_waiting_since": Text("sejak {since}", "since {since}"),
    "standing_away": Text(
        "Instansi ini sedang tidak dapat dihubungi. Berkas Anda aman dan menunggu.",
        "This agency cannot be reached now. Your file is safe and waits.",
    ),
    "standing_overdue": Text("Terlambat", "Late"),
    "history": Text("Riwayat", "History"),
    "history_reason": Text("Alasan", "Reason"),
    "application_title": Text("Permohonan Anda", "Your application"),
    "application_text": Text(
        "Halaman akun sedang dibuat. Ikuti permohonan Anda dengan nomor dan kode pelacakan dari tanda terima.",
        "The pages of your account are being built. Follow your application with the number and the tracking code of "
        "your receipt.",
    ),
    # Verify
    "verify_title": Text("Periksa keaslian dokumen", "Check that a document is genuine"),
    "verify_lead": Text(
        "Kode verifikasi tercetak di bawah QR pada dokumen.",
        "The verification code is printed below the QR of the document.",
    ),
    "verify_code": Text("Kode verifikasi", "Verification code"),
    "verify_button": Text("Periksa kode", "Check the code"),
    "verify_code_missing": Text("Isi kode verifikasi.", "Give the verification code."),
    "verify_file_title": Text("Atau unggah PDF-nya", "Or upload the PDF"),
    "verify_file": Text("Berkas PDF, paling besar 10 MB", "PDF file, 10 MB at most"),
    "verify_file_button": Text("Periksa berkas", "Check the file"),
    "verify_file_note": Text(
        "Berkas diperiksa byte demi byte dan tidak disimpan.", "The file is checked byte for byte and is not kept."
    ),
    "verify_none": Text(
        "Tidak ada dokumen dengan kode ini. Periksa lagi kodenya; bila tetap sama, dokumen ini bukan dari kami.",
        "There is no document with this code. Please compare the code; if it is right, the document is not ours.",
    ),
    "verify_unreadable": Text("Berkas ini tidak dapat diperiksa.", "This file cannot be checked."),
    "verify_again": Text("Periksa dokumen lain", "Check another document"),
    "document_valid": Text("Dokumen ini asli dan berlaku", "This document is genuine and valid"),
    "document_expired": Text("Dokumen ini asli tetapi sudah tidak berlaku", "This document is genuine but has expired"),
    "document_revoked": Text("Dokumen ini sudah dicabut", "This document has been revoked"),
    "document_not_genuine": Text("Berkas ini tidak asli", "This file is not genuine"),
    "document_file_genuine": Text(
        "Berkas yang Anda unggah sama byte demi byte dengan dokumen yang kami terbitkan.",
        "The file you uploaded is, byte for byte, the document we issued.",
    ),
    "document_compare": Text(
        "Bandingkan data ini dengan dokumen yang Anda pegang.", "Compare these data with the document in your hand."
    ),
    "document_failed": Text("Yang tidak cocok", "What does not fit"),
    "document_number": Text("Nomor", "Number"),
    "document_holder": Text("Pemegang", "Holder"),
    "document_service": Text("Layanan", "Public service"),
    "document_issued_by": Text("Diterbitkan oleh", "Issued by"),
    "document_issued_at": Text("Ditandatangani", "Signed"),
    "document_validity": Text("Masa berlaku", "Valid"),
    "document_from": Text("sejak {start}", "from {start}"),
    "document_until": Text("sampai {end}", "until {end}"),
    "document_for_ever": Text("tanpa batas akhir", "without an end"),
    "document_signer": Text("Penanda tangan", "Signer"),
    "document_revoked_at": Text("Dicabut", "Revoked"),
    "document_code": Text("Kode verifikasi", "Verification code"),
    "document_digest": Text("SHA-256 berkas", "SHA-256 of the file"),
    # Developers
    "dev_title": Text("Untuk pengembang", "For developers"),
    "dev_lead": Text(
        "Setiap layanan menjelaskan dirinya. Halaman ini dibuat dari kontrak yang sama dengan yang dijalankan.",
        "Each service explains itself. These pages are made from the very contracts that are run.",
    ),
    "dev_rest": Text("API REST", "REST APIs"),
    "dev_rest_text": Text(
        "Untuk warga, petugas, dan aplikasi apa pun. Masuk dengan OpenID Connect.",
        "For citizens, officers and any application. Sign-in is OpenID Connect.",
    ),
    "dev_readable": Text("Baca", "Read"),
    "dev_discovery": Text("Konfigurasi OpenID Connect", "OpenID Connect configuration"),
    "dev_bus": Text("Peristiwa di bus", "Events on the bus"),
    "dev_bus_text": Text(
        "{count} peristiwa di NATS JetStream, dengan tajuk CloudEvents dan rantai hash, tanpa data pribadi.",
        "{count} events on NATS JetStream, with CloudEvents headers and a hash chain, without personal data.",
    ),
    "dev_protos": Text("Kontrak antarlayanan (protobuf)", "Contracts between services (protobuf)"),
    "dev_protos_text": Text(
        "gRPC antarlayanan, dan bentuk setiap peristiwa.", "gRPC between services, and the shape of each event."
    ),
    "dev_back": Text("Semua kontrak", "All contracts"),
    "dev_source": Text("Dokumen asli", "The document itself"),
    "components_title": Text("Komponen halaman", "Components"),
    "components_lead": Text(
        "Semua bagian halaman dengan keadaannya. Terang atau gelap mengikuti pengaturan perangkat.",
        "Every part of a page with its states. Light or dark follows the device.",
    ),
}
