"""Sentences of the frame around every page, of signing in and out, and of what goes wrong."""

from mpp_runtime.errors import Text

TEXTS = {
    "nav_services": Text("Layanan", "Public services"),
    "nav_track": Text("Lacak", "Track"),
    "nav_verify": Text("Periksa dokumen", "Check a document"),
    "nav_malls": Text("Daftar mal", "All malls"),
    "nav_help": Text("Bantuan", "Help"),
    "nav_about": Text("Tentang proyek ini", "About this project"),
    "nav_accessibility": Text("Aksesibilitas", "Accessibility"),
    "nav_developers": Text("Pengembang", "Developers"),
    "nav_applications": Text("Permohonan saya", "My applications"),
    "nav_inbox": Text("Kotak masuk", "Inbox"),
    "nav_me": Text("Akun saya", "My account"),
    "nav_definitions": Text("Definisi layanan", "Definitions"),
    "nav_office": Text("Berkas masuk", "Files to do"),
    "sign_in": Text("Masuk", "Sign in"),
    "sign_out": Text("Keluar", "Sign out"),
    # Signing in
    "unfinished_title": Text("Masuk belum selesai", "The sign-in was not finished"),
    "unfinished_text": Text(
        "Mungkin terlalu lama, atau halaman ini dimuat ulang. Tidak ada yang hilang; silakan masuk lagi.",
        "It may have taken too long, or this page was loaded again. Nothing is lost; please sign in again.",
    ),
    "signed_in_title": Text("Anda sudah masuk", "You are signed in"),
    "signed_in_text": Text(
        "Tutup halaman ini, kembali ke halaman sebelumnya, lalu tekan “Kirim lagi”.",
        "Close this page, go back to the one before and press “Send again”.",
    ),
    "over_title": Text("Anda perlu masuk lagi", "You need to sign in again"),
    "over_text": Text(
        "Waktu masuk Anda sudah habis. Yang Anda tulis belum terkirim, tetapi masih ada di halaman ini.",
        "Your sign-in has ended. What you wrote has not been sent, but this page still has it.",
    ),
    "over_files": Text(
        "Berkas yang Anda pilih tidak ikut tersimpan. Kembali, masuk, lalu pilih lagi berkasnya.",
        "The files you chose are not kept. Go back, sign in and choose them again.",
    ),
    "over_first": Text("Masuk di halaman baru.", "Sign in on a new page."),
    "over_second": Text("Kembali ke sini, lalu kirim lagi.", "Come back here and send it again."),
    "over_send": Text("Kirim lagi", "Send again"),
    "opens_new": Text("membuka halaman baru", "opens a new page"),
    # Problems
    "error_internal": Text(
        "Terjadi kesalahan di pihak kami dan sudah tercatat. Tidak ada data Anda yang hilang.",
        "Something broke on our side and was noted. None of your data is lost.",
    ),
    "error_404_title": Text("Halaman tidak ditemukan", "Page not found"),
    "error_404": Text(
        "Alamat ini tidak ada. Mungkin salah ketik, atau halamannya sudah pindah.",
        "There is nothing at this address. It may be mistyped, or the page has moved.",
    ),
    "error_405_title": Text("Tidak bisa dengan cara ini", "Not in this way"),
    "error_405": Text("Halaman ini tidak menerima kiriman seperti itu.", "This page does not take what was sent."),
    "error_413_title": Text("Terlalu besar", "Too large"),
    "error_413": Text("Yang dikirim terlalu besar.", "What was sent is too large."),
    "error_400_title": Text("Tidak dapat dibaca", "Cannot be read"),
    "error_400": Text(
        "Isian tidak dapat dibaca. Muat ulang lalu coba lagi.", "The form cannot be read. Load it again."
    ),
    "error_foreign": Text("Isian ini dikirim dari situs lain.", "This form was sent from another site."),
    "error_officers_only": Text(
        "Halaman ini untuk petugas. Anda masuk sebagai warga.",
        "This page is for officers. You are signed in as a citizen.",
    ),
    "error_operators_only": Text(
        "Halaman ini untuk operator nasional, yang menulis definisi layanan.",
        "This page is for national operators, who write the definitions of public services.",
    ),
    "error_people_only": Text(
        "Halaman ini untuk warga. Anda masuk sebagai petugas.",
        "This page is for citizens. You are signed in as an officer.",
    ),
    "error_later": Text("Coba lagi", "Try again"),
    "error_trace": Text("Nomor jejak untuk laporan", "Trace id to quote in a report"),
    "error_home": Text("Ke beranda", "To the home page"),
}
