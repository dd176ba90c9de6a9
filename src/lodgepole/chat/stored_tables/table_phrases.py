"""Localised phrases around rows of tables. Pure."""

from dataclasses import dataclass

from lodgepole.chat.whole_documents.overview_phrases import language_of


@dataclass(frozen=True, slots=True)
class TablePhrases:
    """Sentences of our own about rows.

    Attributes:
        highest: Of all `{n}` rows that are compared, the highest `{column}` is `{value}`.
        lowest: The same of the lowest.
        total: All `{n}` values of `{column}` together are `{value}`.
        average: On average they are.
        count: So many rows, of `{total}`, have what is asked for.
        none: No row of `{total}` has.
        units: That values in different units are not computed with.
        gaps: That some rows have no value.
        numbers: That some values cannot be read as numbers.
        rows: Before all rows.
    """

    highest: str
    lowest: str
    total: str
    average: str
    count: str
    none: str
    units: str
    gaps: str
    numbers: str
    rows: str


ENGLISH = TablePhrases(
    "Highest {column}: {value} (rows compared: {n}).",
    "Lowest {column}: {value} (rows compared: {n}).",
    "Total of {column}: {value} (rows added: {n}).",
    "Average of {column}: {value} (rows: {n}).",
    "Rows: {n} of {total}.",
    "No row of {total} has this.",
    "I have not computed {column}: its values are in different units. The rows:",
    "I have not computed {column}: some rows have no value. The rows:",
    "I have not computed {column}: some values cannot be read as numbers for certain. The rows:",
    "The rows of your documents:",
)
_PHRASES = {
    "en": ENGLISH,
    "de": TablePhrases(
        "Höchster Wert, {column}: {value} (verglichene Zeilen: {n}).",
        "Niedrigster Wert, {column}: {value} (verglichene Zeilen: {n}).",
        "Summe, {column}: {value} (addierte Zeilen: {n}).",
        "Durchschnitt, {column}: {value} (Zeilen: {n}).",
        "Zeilen: {n} von {total}.",
        "Auf keine der {total} Zeilen trifft dies zu.",
        "{column} habe ich nicht berechnet: Die Werte haben verschiedene Einheiten. Die Zeilen:",
        "{column} habe ich nicht berechnet: In manchen Zeilen fehlt der Wert. Die Zeilen:",
        "{column} habe ich nicht berechnet: Manche Werte sind keine klaren Zahlen. Die Zeilen:",
        "Die Zeilen aus Ihren Dokumenten:",
    ),
    "fr": TablePhrases(
        "Valeur la plus élevée, {column} : {value} (lignes comparées : {n}).",
        "Valeur la plus basse, {column} : {value} (lignes comparées : {n}).",
        "Total, {column} : {value} (lignes additionnées : {n}).",
        "Moyenne, {column} : {value} (lignes : {n}).",
        "Lignes : {n} sur {total}.",
        "Aucune des {total} lignes ne correspond.",
        "Je n’ai pas calculé {column} : les unités diffèrent. Les lignes :",
        "Je n’ai pas calculé {column} : il manque des valeurs. Les lignes :",
        "Je n’ai pas calculé {column} : des valeurs ne sont pas de vrais nombres. Les lignes :",
        "Les lignes de vos documents :",
    ),
    "es": TablePhrases(
        "Valor más alto, {column}: {value} (filas comparadas: {n}).",
        "Valor más bajo, {column}: {value} (filas comparadas: {n}).",
        "Total, {column}: {value} (filas sumadas: {n}).",
        "Promedio, {column}: {value} (filas: {n}).",
        "Filas: {n} de {total}.",
        "Ninguna de las {total} filas lo cumple.",
        "No he calculado {column}: las unidades son distintas. Las filas:",
        "No he calculado {column}: faltan valores. Las filas:",
        "No he calculado {column}: algunos valores no son números seguros. Las filas:",
        "Las filas de sus documentos:",
    ),
    "it": TablePhrases(
        "Valore più alto, {column}: {value} (righe confrontate: {n}).",
        "Valore più basso, {column}: {value} (righe confrontate: {n}).",
        "Totale, {column}: {value} (righe sommate: {n}).",
        "Media, {column}: {value} (righe: {n}).",
        "Righe: {n} su {total}.",
        "Nessuna delle {total} righe corrisponde.",
        "Non ho calcolato {column}: le unità sono diverse. Le righe:",
        "Non ho calcolato {column}: mancano dei valori. Le righe:",
        "Non ho calcolato {column}: alcuni valori non sono numeri certi. Le righe:",
        "Le righe dei tuoi documenti:",
    ),
    "pt": TablePhrases(
        "Valor mais alto, {column}: {value} (linhas comparadas: {n}).",
        "Valor mais baixo, {column}: {value} (linhas comparadas: {n}).",
        "Total, {column}: {value} (linhas somadas: {n}).",
        "Média, {column}: {value} (linhas: {n}).",
        "Linhas: {n} de {total}.",
        "Nenhuma das {total} linhas corresponde.",
        "Não calculei {column}: as unidades são diferentes. As linhas:",
        "Não calculei {column}: faltam valores. As linhas:",
        "Não calculei {column}: alguns valores não são números certos. As linhas:",
        "As linhas dos seus documentos:",
    ),
    "nl": TablePhrases(
        "Hoogste waarde, {column}: {value} (vergeleken rijen: {n}).",
        "Laagste waarde, {column}: {value} (vergeleken rijen: {n}).",
        "Totaal, {column}: {value} (opgetelde rijen: {n}).",
        "Gemiddelde, {column}: {value} (rijen: {n}).",
        "Rijen: {n} van {total}.",
        "Geen van de {total} rijen voldoet.",
        "{column} heb ik niet berekend: de eenheden verschillen. De rijen:",
        "{column} heb ik niet berekend: er ontbreken waarden. De rijen:",
        "{column} heb ik niet berekend: sommige waarden zijn geen zekere getallen. De rijen:",
        "De rijen uit uw documenten:",
    ),
    "sv": TablePhrases(
        "Högsta värde, {column}: {value} (jämförda rader: {n}).",
        "Lägsta värde, {column}: {value} (jämförda rader: {n}).",
        "Summa, {column}: {value} (adderade rader: {n}).",
        "Genomsnitt, {column}: {value} (rader: {n}).",
        "Rader: {n} av {total}.",
        "Ingen av {total} rader stämmer.",
        "Jag har inte beräknat {column}: enheterna skiljer sig. Raderna:",
        "Jag har inte beräknat {column}: värden saknas. Raderna:",
        "Jag har inte beräknat {column}: vissa värden är inga säkra tal. Raderna:",
        "Raderna ur dina dokument:",
    ),
    "da": TablePhrases(
        "Højeste værdi, {column}: {value} (sammenlignede rækker: {n}).",
        "Laveste værdi, {column}: {value} (sammenlignede rækker: {n}).",
        "Sum, {column}: {value} (sammenlagte rækker: {n}).",
        "Gennemsnit, {column}: {value} (rækker: {n}).",
        "Rækker: {n} af {total}.",
        "Ingen af {total} rækker passer.",
        "Jeg har ikke beregnet {column}: enhederne er forskellige. Rækkerne:",
        "Jeg har ikke beregnet {column}: der mangler værdier. Rækkerne:",
        "Jeg har ikke beregnet {column}: nogle værdier er ikke sikre tal. Rækkerne:",
        "Rækkerne fra dine dokumenter:",
    ),
    "no": TablePhrases(
        "Høyeste verdi, {column}: {value} (sammenlignede rader: {n}).",
        "Laveste verdi, {column}: {value} (sammenlignede rader: {n}).",
        "Sum, {column}: {value} (summerte rader: {n}).",
        "Gjennomsnitt, {column}: {value} (rader: {n}).",
        "Rader: {n} av {total}.",
        "Ingen av {total} rader passer.",
        "Jeg har ikke beregnet {column}: enhetene er ulike. Radene:",
        "Jeg har ikke beregnet {column}: verdier mangler. Radene:",
        "Jeg har ikke beregnet {column}: noen verdier er ikke sikre tall. Radene:",
        "Radene fra dokumentene dine:",
    ),
    "fi": TablePhrases(
        "Suurin arvo, {column}: {value} (verrattuja rivejä: {n}).",
        "Pienin arvo, {column}: {value} (verrattuja rivejä: {n}).",
        "Summa, {column}: {value} (laskettuja rivejä: {n}).",
        "Keskiarvo, {column}: {value} (rivejä: {n}).",
        "Rivejä: {n} / {total}.",
        "Mikään {total} rivistä ei täsmää.",
        "En ole laskenut, {column}: yksiköt eroavat. Rivit:",
        "En ole laskenut, {column}: arvoja puuttuu. Rivit:",
        "En ole laskenut, {column}: kaikki arvot eivät ole varmoja lukuja. Rivit:",
        "Rivit asiakirjoistasi:",
    ),
    "pl": TablePhrases(
        "Najwyższa wartość, {column}: {value} (porównane wiersze: {n}).",
        "Najniższa wartość, {column}: {value} (porównane wiersze: {n}).",
        "Suma, {column}: {value} (dodane wiersze: {n}).",
        "Średnia, {column}: {value} (wiersze: {n}).",
        "Wiersze: {n} z {total}.",
        "Żaden z {total} wierszy nie pasuje.",
        "Nie obliczyłem, {column}: jednostki są różne. Wiersze:",
        "Nie obliczyłem, {column}: brakuje wartości. Wiersze:",
        "Nie obliczyłem, {column}: niektóre wartości nie są pewnymi liczbami. Wiersze:",
        "Wiersze z Twoich dokumentów:",
    ),
    "tr": TablePhrases(
        "En yüksek değer, {column}: {value} (karşılaştırılan satır: {n}).",
        "En düşük değer, {column}: {value} (karşılaştırılan satır: {n}).",
        "Toplam, {column}: {value} (toplanan satır: {n}).",
        "Ortalama, {column}: {value} (satır: {n}).",
        "Satır: {n} / {total}.",
        "{total} satırın hiçbiri uymuyor.",
        "{column} hesaplanmadı: birimler farklı. Satırlar:",
        "{column} hesaplanmadı: eksik değerler var. Satırlar:",
        "{column} hesaplanmadı: bazı değerler kesin sayı değil. Satırlar:",
        "Belgelerinizdeki satırlar:",
    ),
    "ru": TablePhrases(
        "Наибольшее значение, {column}: {value} (сравнено строк: {n}).",
        "Наименьшее значение, {column}: {value} (сравнено строк: {n}).",
        "Сумма, {column}: {value} (сложено строк: {n}).",
        "Среднее, {column}: {value} (строк: {n}).",
        "Строк: {n} из {total}.",
        "Ни одна из {total} строк не подходит.",
        "Не вычислено, {column}: единицы различаются. Строки:",
        "Не вычислено, {column}: не хватает значений. Строки:",
        "Не вычислено, {column}: не все значения — однозначные числа. Строки:",
        "Строки из ваших документов:",
    ),
    "uk": TablePhrases(
        "Найбільше значення, {column}: {value} (порівняно рядків: {n}).",
        "Найменше значення, {column}: {value} (порівняно рядків: {n}).",
        "Сума, {column}: {value} (додано рядків: {n}).",
        "Середнє, {column}: {value} (рядків: {n}).",
        "Рядків: {n} з {total}.",
        "Жоден із {total} рядків не підходить.",
        "Не обчислено, {column}: одиниці різні. Рядки:",
        "Не обчислено, {column}: бракує значень. Рядки:",
        "Не обчислено, {column}: не всі значення є однозначними числами. Рядки:",
        "Рядки з ваших документів:",
    ),
    "zh": TablePhrases(
        "{column}最高：{value}（比较的行数：{n}）。",
        "{column}最低：{value}（比较的行数：{n}）。",
        "{column}合计：{value}（相加的行数：{n}）。",
        "{column}平均：{value}（行数：{n}）。",
        "行数：{n}（共{total}行）。",
        "{total}行中没有符合的。",
        "未计算{column}：单位不同。各行如下：",
        "未计算{column}：有些行没有值。各行如下：",
        "未计算{column}：有些值不能确定为数字。各行如下：",
        "文档中的行：",
    ),
    "ja": TablePhrases(
        "{column}の最大：{value}（比較した行：{n}）。",
        "{column}の最小：{value}（比較した行：{n}）。",
        "{column}の合計：{value}（合計した行：{n}）。",
        "{column}の平均：{value}（行：{n}）。",
        "該当する行：{n}（全{total}行）。",
        "全{total}行に該当するものはありません。",
        "{column}は計算していません：単位が異なります。行：",
        "{column}は計算していません：値のない行があります。行：",
        "{column}は計算していません：数値と確定できない値があります。行：",
        "文書の行：",
    ),
    "ko": TablePhrases(
        "{column} 최댓값: {value} (비교한 행: {n}).",
        "{column} 최솟값: {value} (비교한 행: {n}).",
        "{column} 합계: {value} (더한 행: {n}).",
        "{column} 평균: {value} (행: {n}).",
        "해당 행: {n} (전체 {total}).",
        "{total}개 행 가운데 해당하는 것이 없습니다.",
        "{column}을(를) 계산하지 않았습니다: 단위가 다릅니다. 행:",
        "{column}을(를) 계산하지 않았습니다: 값이 없는 행이 있습니다. 행:",
        "{column}을(를) 계산하지 않았습니다: 숫자로 확정할 수 없는 값이 있습니다. 행:",
        "문서의 행:",
    ),
    "ar": TablePhrases(
        "أعلى قيمة، {column}: {value} (الصفوف المقارنة: {n}).",
        "أدنى قيمة، {column}: {value} (الصفوف المقارنة: {n}).",
        "المجموع، {column}: {value} (الصفوف المجموعة: {n}).",
        "المتوسط، {column}: {value} (الصفوف: {n}).",
        "الصفوف: {n} من {total}.",
        "لا ينطبق هذا على أي من الصفوف الـ{total}.",
        "لم أحسب {column}: الوحدات مختلفة. الصفوف:",
        "لم أحسب {column}: بعض الصفوف بلا قيمة. الصفوف:",
        "لم أحسب {column}: بعض القيم ليست أرقامًا مؤكدة. الصفوف:",
        "الصفوف من مستنداتك:",
    ),
    "vi": TablePhrases(
        "{column} cao nhất: {value} (số dòng so sánh: {n}).",
        "{column} thấp nhất: {value} (số dòng so sánh: {n}).",
        "Tổng {column}: {value} (số dòng cộng: {n}).",
        "Trung bình {column}: {value} (số dòng: {n}).",
        "Số dòng: {n} trên {total}.",
        "Không dòng nào trong {total} dòng khớp.",
        "Tôi chưa tính {column}: đơn vị khác nhau. Các dòng:",
        "Tôi chưa tính {column}: có dòng thiếu giá trị. Các dòng:",
        "Tôi chưa tính {column}: có giá trị không chắc là số. Các dòng:",
        "Các dòng trong tài liệu của bạn:",
    ),
}


def table_phrases(question: str) -> TablePhrases:
    """The sentences in the question's language; in English where that is not clear."""
    return _PHRASES[language_of(question)]
