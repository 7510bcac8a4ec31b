"""What the API of Business Central calls things, as documented for its version 2.0."""

from __future__ import annotations

from collections.abc import Mapping

from tui_import.api import N_

SETS: Mapping[str, tuple[str, str]] = {
    "customer": ("customers", ""),
    "supplier": ("vendors", ""),
    "person": ("contacts", "Person"),
    "company": ("contacts", "Company"),
}
"""Actor type → entity set, and the type that its records must be of."""
_SHARED = {
    "displayName": "name", "number": "number", "taxRegistrationNumber": "vat_number", "addressLine1": "postal_address_line1",
    "addressLine2": "postal_address_line2", "postalCode": "postal_code", "city": "postal_city", "state": "postal_state",
    "country": "country", "phoneNumber": "phone", "mobilePhoneNumber": "phone", "email": "email", "website": "url",
    "salespersonCode": "our_contact",
}  # fmt: skip
_PERSON = {
    "displayName": "full_name", "number": "number", "jobTitle": "title", "addressLine1": "private_address_line1",
    "addressLine2": "private_address_line2", "postalCode": "private_code", "city": "private_city", "state": "private_state",
    "country": "country", "phoneNumber": "phone_direct", "mobilePhoneNumber": "mobile", "email": "email", "website": "url",
    "salespersonCode": "our_contact",
}  # fmt: skip
FIELDS: Mapping[str, Mapping[str, str]] = {
    "company": {name: f"company.{own}" for name, own in _SHARED.items()},
    "person": {name: f"person.{own}" for name, own in _PERSON.items()},
}
"""Entity → property → field of ours."""
LABELS = {
    "displayName": N_("Name"), "number": N_("Number"), "taxRegistrationNumber": N_("VAT number"), "addressLine1": N_("Address, line 1"),
    "addressLine2": N_("Address, line 2"), "postalCode": N_("Post code"), "city": N_("City"), "state": N_("State"),
    "country": N_("Country"), "phoneNumber": N_("Telephone"), "mobilePhoneNumber": N_("Mobile phone"), "email": N_("E-mail"),
    "website": N_("Web address"), "jobTitle": N_("Title"), "salespersonCode": N_("Salesperson"),
}  # fmt: skip
"""Property → what it is called here; others are called as there."""
