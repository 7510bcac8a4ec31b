"""Queries for ERPs that keep their records in tables of their own making, so that a connection to one needs nothing but its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """One ERP's tables."""

    queries: Mapping[str, str]
    """Actor type → query."""
    roles: Mapping[str, str]
    """Column → what it is, for all of them."""


_COLUMNS = {
    "name": "NAME", "number": "NUMBER2", "vat": "VATNO", "phone": "PHONE", "fax": "FAX", "email": "EMAIL", "url": "URL",
    "address1": "POSTALAD1", "address2": "POSTALAD2", "address3": "POSTALAD3", "zip": "POSTALZIP", "city": "POSTALCITY",
    "state": "POSTALSTATE", "country": "COUNTRY", "first_name": "FIRSTNAME", "middle_name": "MIDDLENAME", "last_name": "LASTNAME",
    "title": "TITLE", "birthdate": "BIRTHDATE", "direct_phone": "PHONE_DIRECT", "mobile": "PHONE_MOBILE", "person_fax": "person.fax",
    "salutation": "person.salutation", "note": "company.note", "business": "company.business", "language": "company.language",
}  # fmt: skip


def _ledger_companies(table: str) -> str:
    """SQL-Ledger: customers and vendors are alike but for the names; the address is the first of those that belong to them."""
    return f"""
    SELECT c.id AS erpkey, c.name, c.{table}number AS number, c.taxnumber AS vat, c.phone, c.fax, c.email,
           a.address1, a.address2, a.zipcode AS zip, a.city, a.state, a.country, b.description AS business,
           c.language_code AS language, c.notes AS note
      FROM {table} c
      LEFT JOIN business b ON b.id = c.business_id
      LEFT JOIN LATERAL (SELECT * FROM address WHERE trans_id = c.id ORDER BY id LIMIT 1) a ON true"""


SQL_LEDGER = Preset(
    {
        "customer": _ledger_companies("customer"),
        "supplier": _ledger_companies("vendor"),
        "person": """
    SELECT p.id AS erpkey, p.trans_id AS parentkey, CASE WHEN v.id IS NULL THEN 'customer' ELSE 'supplier' END AS parenttype,
           p.salutation, p.firstname AS first_name, p.lastname AS last_name, p.contacttitle AS title,
           p.phone AS direct_phone, p.mobile, p.fax AS person_fax, p.email
      FROM contact p
      LEFT JOIN vendor v ON v.id = p.trans_id
     WHERE coalesce(p.firstname, '') <> '' OR coalesce(p.lastname, '') <> ''""",
    },
    _COLUMNS,
)


def _smb_contact(*classes: int) -> str:
    """LedgerSMB: the first number or address of these classes, the account's own before the company's."""
    wanted = ", ".join(map(str, classes))
    return f"""coalesce(
             (SELECT min(t.contact) FROM eca_to_contact t WHERE t.credit_id = a.id AND t.contact_class_id IN ({wanted})),
             (SELECT min(t.contact) FROM entity_to_contact t WHERE t.entity_id = a.entity_id AND t.contact_class_id IN ({wanted})))"""


def _smb_companies(entity_class: int) -> str:
    return f"""
    SELECT a.id AS erpkey, coalesce(c.legal_name, e.name, a.pay_to_name) AS name, a.meta_number AS number,
           coalesce(c.sales_tax_id, c.tax_id) AS vat,
           {_smb_contact(1, 2)} AS phone, {_smb_contact(9)} AS fax, {_smb_contact(12, 15)} AS email,
           l.line_one AS address1, l.line_two AS address2, l.line_three AS address3, l.mail_code AS zip, l.city, l.state,
           coalesce(n.short_name, o.short_name) AS country, a.language_code AS language
      FROM entity_credit_account a
      JOIN entity e ON e.id = a.entity_id
      LEFT JOIN company c ON c.entity_id = e.id
      LEFT JOIN country o ON o.id = e.country_id
      LEFT JOIN LATERAL (
             SELECT p.* FROM location p JOIN (
                    SELECT location_id, location_class, 1 AS own FROM eca_to_location WHERE credit_id = a.id
                    UNION ALL SELECT location_id, location_class, 2 FROM entity_to_location WHERE entity_id = e.id) w
                 ON w.location_id = p.id
              ORDER BY w.own, w.location_class, p.id LIMIT 1) l ON true
      LEFT JOIN country n ON n.id = l.country_id
     WHERE a.entity_class = {entity_class}"""


def _smb_of_person(*classes: int) -> str:
    wanted = ", ".join(map(str, classes))
    return f"(SELECT min(t.contact) FROM entity_to_contact t WHERE t.entity_id = p.entity_id AND t.contact_class_id IN ({wanted}))"


LEDGER_SMB = Preset(
    {
        "customer": _smb_companies(2),
        "supplier": _smb_companies(1),
        "person": f"""
    SELECT p.id AS erpkey, a.id AS parentkey, CASE a.entity_class WHEN 1 THEN 'supplier' ELSE 'customer' END AS parenttype,
           s.salutation, p.first_name, p.middle_name, p.last_name, p.birthdate,
           {_smb_of_person(1, 2)} AS direct_phone, {_smb_of_person(3)} AS mobile, {_smb_of_person(12, 15)} AS email
      FROM person p
      LEFT JOIN salutation s ON s.id = p.salutation_id
      LEFT JOIN LATERAL (
             SELECT x.id, x.entity_class FROM entity_credit_account x
              WHERE x.primary_contact = p.id OR x.entity_id IN (
                    SELECT c.entity_id FROM person_to_company t JOIN company c ON c.id = t.company_id WHERE t.person_id = p.id)
              ORDER BY x.entity_class DESC, x.id LIMIT 1) a ON true""",
    },
    _COLUMNS,
)
PRESETS: Mapping[str, Preset] = {"sql-ledger": SQL_LEDGER, "ledgersmb": LEDGER_SMB}
"""By the name in the connection's settings."""
