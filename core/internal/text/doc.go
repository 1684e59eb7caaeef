// Package text holds Holdfast's rules about text: it brings a text into one
// normal form and finds phrases and regular expressions in it, in time linear
// in the text.
//
// # The normal form
//
// Normalise applies these steps, in this order.
//
//  1. Default-ignorable code points (zero-width space, soft hyphen, direction
//     marks, variation selectors, tags) are removed.
//  2. Each code point is decomposed canonically and every part is replaced as
//     Unicode's property NFKC_Casefold says: full-width and mathematical letters
//     become plain ones, ligatures fall apart, capitals become small, ß becomes ss.
//  3. Quotation marks, primes, apostrophes and the backtick become ' or ", and
//     every code point with the property Dash becomes -. White space of any kind,
//     line breaks too, becomes a blank.
//  4. Marks are put in canonical order and composed again (NFC); U+0345 counts as a
//     mark while marks are ordered and then becomes ι.
//  5. Runs of blanks become one, and blanks at both ends go.
//
// But for steps 3 and 5, and for taking the ignorable code points out first, this
// is toNFKC_Casefold(NFD(text)) of the Unicode Standard, section 3.13. Taken out
// first, none of them can be between a letter and its mark. Normalising twice
// gives what normalising once gave.
//
// What stays: control characters other than white space, letters of one script
// that look like those of another, and marks that belong to no letter form.
//
// # Phrases
//
// A phrase is normalised like the text, and found where it begins and ends at a
// word boundary. Letters, digits, other numbers, marks and the underscore are
// word code points. Between two neighbours there is a boundary unless both are
// word code points; both ends of the text are boundaries. So "choose" is not in
// "choosey". A phrase that begins or ends with punctuation needs nothing special
// on that side: "$5" is in "US$5" and "etc." in "etc.and".
//
// Scripts written without blanks between words (Han, kana, bopomofo, Thai, Lao,
// Khmer, Myanmar, Tibetan and some more) have a boundary on both sides of each of
// their code points, since nothing in the text tells where a word ends; Hangul is
// written with blanks and follows the rule for letters.
//
// # Regular expressions
//
// An expression has the syntax of Go's package regexp (RE2) and is matched on the
// normalised text. It ignores case, since the text has lost its own: an author's
// capital letter simply works. What else normalised text never has (a curly quote,
// ß, a line break, two blanks) is refused where it is in an expression, with
// what to write instead. \b, \w, \d and \s know ASCII only; the classes \pL and
// \pN and the case pairs come from Go's package unicode.
package text
