// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// Where a JSON value lies: in the document, or, when it was spelled with escapes, in the side buffer (<see cref="Start"/> is then the
/// complement of the place there).
/// </summary>
internal readonly record struct Utf8Slice(int Start, int Length)
{
    public static readonly Utf8Slice Absent = new(0, -1);

    public bool IsPresent => Length >= 0;

    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> document, ReadOnlySpan<byte> unescaped) =>
        Start >= 0 ? document.Slice(Start, Length) : unescaped.Slice(~Start, Length);
}
