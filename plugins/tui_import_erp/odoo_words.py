"""What Odoo calls the fields of a partner, as documented; which of them a server has differs by version and modules."""

from __future__ import annotations

from collections.abc import Mapping

from tui_import.api import N_

ADDRESS = frozenset({"street", "street2", "zip", "city", "state_id", "country_id"})
COMPANY: Mapping[str, str] = {
    "name": "company.name", "ref": "company.number", "company_registry": "company.code", "vat": "company.vat_number",
    "street": "company.postal_address_line1", "street2": "company.postal_address_line2", "zip": "company.postal_code",
    "city": "company.postal_city", "state_id": "company.postal_county", "country_id": "company.country", "phone": "company.phone",
    "mobile": "company.phone", "email": "company.email", "website": "company.url", "industry_id": "company.business",
    "category_id": "company.interests", "lang": "company.language", "user_id": "company.our_contact", "comment": "company.note",
}  # fmt: skip
PERSON: Mapping[str, str] = {
    "name": "person.full_name", "ref": "person.number", "title": "person.salutation", "function": "person.title",
    "phone": "person.phone_direct", "mobile": "person.mobile", "email": "person.email", "website": "person.url",
    "street": "person.private_address_line1", "street2": "person.private_address_line2", "zip": "person.private_code",
    "city": "person.private_city", "state_id": "person.private_county", "country_id": "person.country",
    "category_id": "person.interests", "lang": "person.language", "user_id": "person.our_contact", "comment": "person.note",
}  # fmt: skip
LABELS = {
    "name": N_("Name"), "ref": N_("Number"), "company_registry": N_("Code"), "vat": N_("VAT number"), "street": N_("Address, line 1"),
    "street2": N_("Address, line 2"), "zip": N_("Post code"), "city": N_("City"), "state_id": N_("State"), "country_id": N_("Country"),
    "phone": N_("Telephone"), "mobile": N_("Mobile phone"), "email": N_("E-mail"), "website": N_("Web address"),
    "industry_id": N_("Business"), "category_id": N_("Tags"), "lang": N_("Language"), "user_id": N_("Salesperson"), "comment": N_("Note"),
    "title": N_("Mr/Ms"), "function": N_("Title"),
}  # fmt: skip
"""Field → what it is called here; a server's own fields are called as there."""
