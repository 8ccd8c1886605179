"""Sentences of the pages for anybody."""

from mpp_runtime.errors import Text

TEXTS = {
    # Home and search
    "home_title": Text("Cari layanan publik", "Find a public service"),
    "home_lead": Text(
        "Ajukan sekali, ikuti prosesnya, terima dokumen bertanda tangan elektronik yang bisa diperiksa siapa pun.",
        "Apply once, follow your file, receive an electronically signed document that anyone can check.",
    ),
    "home_popular": Text("Layanan yang tersedia", "Public services on offer"),
    "home_popular_at": Text("Layanan di {mall}", "Public services at {mall}"),
    "home_all": Text("Lihat semua layanan", "See all public services"),
    "home_away": Text(
        "Daftar layanan sedang tidak dapat dibuka. Coba lagi sebentar lagi. Pelacakan permohonan tetap bisa dipakai.",
        "The list of public services cannot be opened now. Please try again shortly. Tracking can still be used.",
    ),
    "home_how": Text("Cara kerjanya", "How it works"),
    "home_find": Text("Cari", "Find"),
    "home_find_text": Text(
        "Cari layanan, lalu lihat syarat, waktu, dan biayanya.",
        "Find the service and see what it needs, how long it takes and what it costs.",
    ),
    "home_apply": Text("Ajukan", "Apply"),
    "home_apply_text": Text(
        "Isi data dan unggah berkas dari rumah. Bisa disimpan dan dilanjutkan nanti.",
        "Fill in the form and upload your papers at home. You can save it and go on later.",
    ),
    "home_follow": Text("Ikuti", "Follow"),
    "home_follow_text": Text(
        "Lihat siapa yang memproses, sejak kapan, dan kapan selesai.",
        "See who has your file, since when, and when it will be done.",
    ),
    "home_receive": Text("Terima", "Receive"),
    "home_receive_text": Text(
        "Unduh dokumen yang sudah ditandatangani. Siapa pun bisa memeriksa keasliannya.",
        "Download the signed document. Anyone can check that it is genuine.",
    ),
    "home_more": Text("Keperluan lain", "Other things to do"),
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
    "search_label": Text("Apa yang Anda perlukan?", "What do you need?"),
    "search_mall": Text("Di mal mana?", "At which mall?"),
    "search_everywhere": Text("Semua mal", "All malls"),
    "search_button": Text("Cari", "Search"),
    "search_for": Text("Hasil untuk “{q}”.", "Results for “{q}”."),
    "search_life_event": Text("{event}: yang perlu diurus", "{event}: what to arrange"),
    "search_life_event_text": Text("Urutan yang disarankan.", "In this order."),
    "search_results": Text("Hasil pencarian", "Search results"),
    "search_corrected": Text("“{wrong}” dibaca sebagai “{right}”.", "“{wrong}” was read as “{right}”."),
    "search_partial": Text(
        "Tidak ada yang cocok dengan semua kata; ini yang cocok dengan sebagian.",
        "Nothing fits all the words; these fit some of them.",
    ),
    "search_none": Text(
        "Tidak ada layanan yang cocok. Coba kata lain, misalnya “akta” atau “izin”.",
        "No public service fits. Try other words, for example “birth” or “permit”.",
    ),
    "search_all": Text("Lihat semua layanan", "See all public services"),
    "choose_title": Text("Pilih mal Anda", "Choose your mall"),
    "choose_missing": Text("Pilih mal dari daftar.", "Choose a mall from the list."),
    "choose_not_offered": Text(
        "Mal ini belum menyediakan layanan ini. Pilih mal lain.",
        "This mall does not offer this public service yet. Choose another one.",
    ),
    "choose_button": Text("Lihat syarat dan waktu", "See what is needed and how long it takes"),
    "malls_lead": Text(
        "Pilih mal di daerah Anda. Pilihan ini diingat di perangkat ini.",
        "Choose the mall of your region. This device remembers the choice.",
    ),
    # One public service
    "offering_apply": Text("Ajukan", "Apply"),
    "offering_print": Text("Cetak daftar syarat", "Print the checklist"),
    "offering_requirements": Text("Syarat", "What you need"),
    "offering_no_papers": Text("Tidak ada berkas yang perlu disiapkan.", "No papers are needed."),
    "offering_procedure": Text("Langkah-langkah", "Steps"),
    "offering_differences": Text("Yang berbeda di mal ini", "What is different at this mall"),
    "offering_legal": Text("Dasar hukum", "Legal basis"),
    "offering_unconfirmed": Text("belum dipastikan", "not confirmed"),
    "offering_complaints": Text("Pengaduan dan saran", "Complaints and suggestions"),
    "offering_short": Text("Singkatnya", "In short"),
    "offering_time": Text("Waktu", "Time"),
    "offering_fee": Text("Biaya", "Fee"),
    "offering_product": Text("Hasil", "What you get"),
    "offering_mall": Text("Diajukan di", "Apply at"),
    "offering_same": Text("Mal ini mengikuti standar nasional.", "This mall follows the national standard."),
    "offering_agencies": Text("Instansi yang terlibat", "Agencies that take part"),
    "offering_tips": Text("Agar cepat selesai", "To be done quickly"),
    "paper_scan": Text("foto atau pindaian", "photo or scan"),
    "paper_copy": Text("salinan", "copy"),
    "paper_original": Text("asli", "original"),
    "paper_file": Text("{types}, paling besar {size}", "{types}, {size} at most"),
    "paper_optional": Text("bila ada", "if you have it"),
    "paper_when": Text("hanya pada keadaan tertentu", "only in some cases"),
    "paper_any_of": Text("Salah satu dari:", "One of these:"),
    # Agencies
    "simulated": Text("Simulasi", "Simulated"),
    "simulated_text": Text(
        "Sistem instansi ini ditirukan untuk demonstrasi. Jawabannya bukan data yang sebenarnya.",
        "The system of this agency is imitated for the demonstration. Its answers are not real data.",
    ),
    "agency_connected": Text(
        "Instansi ini terhubung langsung: datanya dicocokkan secara otomatis.",
        "This agency is connected directly: data is checked with it automatically.",
    ),
    "agency_desk": Text(
        "Petugas instansi ini memproses berkas di mal ini.", "Officers of this agency work on files in this mall."
    ),
    "agency_services": Text("Layanan yang diikuti instansi ini", "Public services this agency takes part in"),
    "agency_none": Text("Belum ada layanan.", "No public service yet."),
    # Developers and the design
    "api_of": Text("API {service}", "{service} API"),
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
    "verify_scan_title": Text("Pindai dengan kamera", "Scan with a camera"),
    "verify_scan_text": Text(
        "Arahkan kamera ponsel Anda ke QR pada dokumen, lalu buka tautan yang muncul.",
        "Point the camera of your phone at the QR on the document and open the link it shows.",
    ),
    "verify_scan_button": Text("Pindai di sini", "Scan it here"),
    "verify_scan_stop": Text("Tutup kamera", "Close the camera"),
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
