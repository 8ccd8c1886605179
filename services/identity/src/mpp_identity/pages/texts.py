"""Every sentence of the pages, in both languages. `{name}` is filled in, escaped by the template."""

from mpp_runtime.errors import Text

TEXTS = {
    "sign_in_title": Text("Masuk", "Sign in"),
    "sign_in_for": Text("untuk melanjutkan ke {client}", "to go on to {client}"),
    "identifier": Text("Email, nomor telepon, atau NIK", "E-mail, phone number or NIK"),
    "identifier_hint": Text(
        "Kode sekali pakai dikirim ke kontak yang terdaftar.", "A one-time code is sent to the registered contact."
    ),
    "send_code": Text("Kirim kode", "Send code"),
    "no_account": Text("Belum punya akun?", "No account yet?"),
    "sign_up": Text("Daftar", "Sign up"),
    "have_account": Text("Sudah punya akun?", "Have an account?"),
    "sign_in": Text("Masuk", "Sign in"),
    "verify_title": Text("Masukkan kode", "Enter the code"),
    "verify_lead": Text(
        "Jika data Anda terdaftar, kode 6 angka sudah dikirim ke kontak yang terdaftar. Berlaku 10 menit.",
        "If you are registered, a 6-digit code was sent to the registered contact. It is good for 10 minutes.",
    ),
    "verify_lead_sign_up": Text(
        "Kode 6 angka sudah dikirim ke {contact}. Berlaku 10 menit.",
        "A 6-digit code was sent to {contact}. It is good for 10 minutes.",
    ),
    "code": Text("Kode 6 angka", "6-digit code"),
    "go_on": Text("Lanjutkan", "Continue"),
    "again": Text("Minta kode baru", "Ask for a new code"),
    "choose_title": Text("Pilih akun", "Choose an account"),
    "choose_lead": Text(
        "Beberapa orang memakai kontak ini. Siapa Anda?", "Several people use this contact. Who are you?"
    ),
    "sign_up_title": Text("Daftar akun", "Sign up"),
    "sign_up_lead": Text(
        "Tulis seperti pada KTP. Data dicocokkan dengan data kependudukan secara otomatis.",
        "Write it as on the identity card. It is checked with the population records by itself.",
    ),
    "nik": Text("NIK", "NIK (population number)"),
    "nik_hint": Text("16 angka pada KTP atau KK", "16 digits on the identity or family card"),
    "name": Text("Nama lengkap", "Full name"),
    "birth_date": Text("Tanggal lahir", "Birth date"),
    "email": Text("Email", "E-mail"),
    "phone": Text("Nomor telepon", "Phone number"),
    "contact_hint": Text(
        "Isi salah satu. Bila keduanya diisi, kode dikirim ke email.",
        "One is enough. With both, the code goes to the e-mail.",
    ),
    "warning": Text("Periksa lagi", "Please check"),
    "warning_lead": Text(
        "Anda tetap dapat melanjutkan bila data di KTP memang begitu.", "You can go on if the card says so."
    ),
    "consent_title": Text("Izinkan {client}?", "Allow {client}?"),
    "consent_lead": Text(
        "{client} bukan bagian dari MPP Digital dan meminta:", "{client} is not part of MPP Digital and asks for:"
    ),
    "scope_openid": Text("mengenali Anda dengan nomor acak", "recognise you by a random number"),
    "scope_profile": Text("nama dan bahasa Anda", "your name and language"),
    "scope_email": Text("alamat email Anda", "your e-mail address"),
    "scope_phone": Text("nomor telepon Anda", "your phone number"),
    "signed_in_as": Text("Anda masuk sebagai {name}.", "You are signed in as {name}."),
    "allow": Text("Izinkan", "Allow"),
    "deny": Text("Tolak", "Refuse"),
    "sign_out_title": Text("Keluar", "Sign out"),
    "sign_out_lead": Text("Keluar dari MPP Digital di peramban ini?", "Sign out of MPP Digital in this browser?"),
    "sign_out": Text("Keluar", "Sign out"),
    "signed_out_title": Text("Anda sudah keluar", "You are signed out"),
    "signed_out_lead": Text("Anda dapat menutup halaman ini.", "You can close this page."),
    "home": Text("Ke beranda", "To the start page"),
    "error_title": Text("Tidak dapat dilanjutkan", "This cannot go on"),
    "demo_title": Text("Akun demonstrasi", "Demonstration accounts"),
    "demo_lead": Text(
        "Data sintetis: orang-orang ini tidak nyata. Pilih satu untuk masuk tanpa kode.",
        "Synthetic data: these people are not real. Choose one to sign in without a code.",
    ),
    "demo_mark": Text("Data sintetis / demonstrasi", "Synthetic data / demonstration"),
    "demo_people": Text("Warga", "People"),
    "demo_officers": Text("Petugas", "Officers"),
}
