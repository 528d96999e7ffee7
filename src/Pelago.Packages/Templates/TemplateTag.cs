// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Templates;

/// <summary>One tag as it stands in the text: from <paramref name="Start"/> up to <paramref name="End"/>.</summary>
/// <param name="Sigil">The sign that says what the tag does; a space for a plain variable.</param>
internal readonly record struct TemplateTag(char Sigil, string Name, int Start, int End)
{
    /// <summary>Alone on its line it takes the line away with it.</summary>
    public bool CanStandAlone => Sigil is '#' or '^' or '/' or '!' or '>' or '=';
}
