// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Packages.Templates;

/// <summary>What differs between mustache as its specification has it and mustache as the Universe was written for.</summary>
internal sealed record TemplateRules
{
    /// <summary>
    /// As Cosmos renders: nothing is escaped for HTML, a key that is spelled with dots is found before its parts are, and <c>asJson</c> prints an option raw.
    /// There are no partials: a template that names one is refused, as a missing file is by the renderer that Cosmos links.
    /// </summary>
    public static readonly TemplateRules Universe = new() { Escape = text => text, WholeNamesFirst = true };

    /// <summary>The core of the mustache specification.</summary>
    public static TemplateRules Standard(IReadOnlyDictionary<string, string> partials) =>
        new() { Escape = WebUtility.HtmlEncode, Partial = name => partials.GetValueOrDefault(name, "") };

    public required Func<string, string> Escape { get; init; }

    public bool WholeNamesFirst { get; init; }

    /// <summary>The text of a partial; null where there are none.</summary>
    public Func<string, string>? Partial { get; init; }
}
