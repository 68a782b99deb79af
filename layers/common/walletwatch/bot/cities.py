"""Large cities that no time zone is named after, and names in the letters of those who live there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_IN_ZONES: Final[Mapping[str, str]] = {
    "Africa/Cairo": "Alexandria, Giza",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "Africa/Lagos": "Abuja",
    "America/Argentina/Buenos_Aires": "Rosario",
    "America/Bogota": "Medellín, Cali",
    "America/Chicago": "Austin, Dallas, Houston, New Orleans, San Antonio",
    "America/Costa_Rica": "San José",
    "America/Guayaquil": "Quito",
    "America/Los_Angeles": "Las Vegas, Portland, San Diego, San Francisco, Seattle, Silicon Valley",
    "America/Mexico_City": "Guadalajara, Puebla, CDMX",
    "America/New_York": "Atlanta, Boston, Miami, Orlando, Philadelphia, Washington, NYC",
    "America/Sao_Paulo": "Brasília, Belo Horizonte, Curitiba, Porto Alegre, Rio de Janeiro",
    "America/Toronto": "Ottawa, Montréal",
    "Asia/Almaty": "Astana, Алматы, Астана",
    "Asia/Bangkok": "Chiang Mai, Pattaya, Phuket",
    "Asia/Dhaka": "Chittagong",
    "Asia/Dubai": "Abu Dhabi, Sharjah",
    "Asia/Ho_Chi_Minh": "Hanoi, Da Nang",
    "Asia/Hong_Kong": "香港",
    "Asia/Jakarta": "Bandung",
    "Asia/Jerusalem": "Haifa, Tel Aviv",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Kolkata": (
        "Ahmedabad, Bangalore, Bengaluru, Chennai, Delhi, Hyderabad, Jaipur, Mumbai, New Delhi, Pune, "
        "अहमदाबाद, कोलकाता, चेन्नई, जयपुर, दिल्ली, नई दिल्ली, पुणे, बेंगलुरु, भारत, मुंबई, हैदराबाद"
    ),
    "Asia/Makassar": "Bali, Denpasar",
    "Asia/Novosibirsk": "Новосибирск",
    "Asia/Riyadh": "Jeddah, Mecca",
    "Asia/Seoul": "Busan",
    "Asia/Shanghai": (
        "Beijing, Chengdu, Guangzhou, Hangzhou, Shenzhen, Wuhan, "
        "上海, 中国, 北京, 广州, 成都, 杭州, 武汉, 深圳"
    ),
    "Asia/Singapore": "新加坡",
    "Asia/Taipei": "台北",
    "Asia/Tashkent": "Ташкент",
    "Asia/Tbilisi": "Batumi, Тбилиси",
    "Asia/Tokyo": "Fukuoka, Kyoto, Nagoya, Osaka, 东京",
    "Asia/Yekaterinburg": "Екатеринбург, Челябинск",
    "Asia/Yerevan": "Ереван",
    "Australia/Sydney": "Canberra",
    "Europe/Berlin": "Cologne, Dresden, Düsseldorf, Frankfurt, Hamburg, Leipzig, Munich, Stuttgart",
    "Europe/Istanbul": "Ankara, Antalya, Izmir",
    "Europe/Kyiv": "Kharkiv, Lviv, Odesa, Киев, Київ",
    "Europe/London": "Birmingham, Edinburgh, Glasgow, Manchester",
    "Europe/Madrid": "Barcelona, Bilbao, Málaga, Sevilla, Valencia",
    "Europe/Minsk": "Минск",
    "Europe/Moscow": "Kazan, Saint Petersburg, St. Petersburg, Казань, Москва, Питер, Санкт-Петербург",
    "Europe/Paris": "Lyon, Marseille, Nice, Toulouse",
    "Europe/Rome": "Florence, Milan, Naples, Turin, Venice",
    "Europe/Samara": "Самара",
    "Europe/Warsaw": "Krakow, Gdansk, Wroclaw",
    "Europe/Zurich": "Basel, Bern, Geneva, Lausanne",
}

CITIES: Final[Mapping[str, str]] = MappingProxyType(
    {city: zone for zone, cities in _IN_ZONES.items() for city in cities.split(", ")}
)
"""The zone of each, by the city's name."""
