// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The order in which Go's yaml sorts keys: runs of digits by their number, letters after everything else, else by code point.</summary>
internal sealed class YamlKeyOrder : IComparer<string>
{
    public static readonly YamlKeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        (string left, string right) = (x ?? "", y ?? "");
        bool digits = false;
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            if (left[i] == right[i])
            {
                digits = char.IsDigit(left[i]);
                continue;
            }

            bool leftLetter = char.IsLetter(left[i]);
            bool rightLetter = char.IsLetter(right[i]);
            if (leftLetter && rightLetter)
                return left[i].CompareTo(right[i]);
            if (leftLetter || rightLetter)
                return digits == leftLetter ? -1 : 1;
            return CompareNumbers(left, right, i);
        }

        return left.Length.CompareTo(right.Length);
    }

    private static int CompareNumbers(string left, string right, int at)
    {
        int start = at;
        if (left[at] == '0' || right[at] == '0')
        {
            // Zeros inside a number belong to it; leading ones do not.
            for (int j = at - 1; j >= 0 && char.IsDigit(left[j]); j--)
            {
                if (left[j] != '0')
                    start = j;
            }
        }

        (decimal leftNumber, int leftEnd) = NumberAt(left, start == at ? at : start);
        (decimal rightNumber, int rightEnd) = NumberAt(right, start == at ? at : start);
        if (leftNumber != rightNumber)
            return leftNumber.CompareTo(rightNumber);
        return leftEnd != rightEnd ? leftEnd.CompareTo(rightEnd) : left[at].CompareTo(right[at]);
    }

    private static (decimal Number, int End) NumberAt(string text, int start)
    {
        decimal number = 0;
        int end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]) && end - start < 27)
            number = (number * 10) + (text[end++] - '0');
        return (number, end);
    }
}
