// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Engine.Strategies;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>Which options go together (apimachinery pkg/apis/meta/internalversion/validation/validation.go).</summary>
internal static class ListOptionsRules
{
    public const string Exact = "Exact";
    public const string NotOlderThan = "NotOlderThan";
    private const string Match = "resourceVersionMatch";

    public static ApiStatus? CheckList(ListOptions options)
    {
        var errors = new FieldErrors();
        if (options.ResourceVersionMatch.Length > 0)
        {
            if (options.ResourceVersion.Length == 0)
                errors.Forbidden(Match, "resourceVersionMatch is forbidden unless resourceVersion is provided");
            if (options.Continue.Length > 0)
                errors.Forbidden(Match, "resourceVersionMatch is forbidden when continue is provided");
            if (options.ResourceVersionMatch is not (Exact or NotOlderThan))
                errors.NotSupported(Match, options.ResourceVersionMatch, Exact, NotOlderThan, "");
            if (options is { ResourceVersionMatch: Exact, ResourceVersion: "0" })
                errors.Forbidden(Match, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }

        if (options.SendInitialEvents is not null)
            errors.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        if (options.Continue.Length > 0 && options.ResourceVersion.Length > 0 && !errors.Any)
            return ApiStatus.BadRequest("specifying resource version is not allowed when using continue");
        return Invalid(errors);
    }

    public static ApiStatus? CheckWatch(ListOptions options)
    {
        var errors = new FieldErrors();
        if (options.SendInitialEvents is not null && options.ResourceVersionMatch != NotOlderThan)
            errors.Forbidden(Match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        if (options.ResourceVersionMatch.Length > 0)
        {
            if (options.SendInitialEvents is null)
                errors.Forbidden(Match, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            if (options.ResourceVersionMatch != NotOlderThan)
                errors.NotSupported(Match, options.ResourceVersionMatch, NotOlderThan);
            if (options.Continue.Length > 0)
                errors.Forbidden(Match, "resourceVersionMatch is forbidden when continue is provided");
        }

        return Invalid(errors);
    }

    /// <summary>A resourceVersion as a client sent it: empty and <c>0</c> give 0; anything but digits is a 400.</summary>
    public static ApiStatus? ReadRevision(string text, out long revision)
    {
        revision = 0;
        return text.Length == 0 || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out revision)
            ? null
            : ApiStatus.BadRequest(
                $"invalid resource version: resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    private static ApiStatus? Invalid(FieldErrors errors) =>
        errors.Any ? ApiStatus.Invalid("meta.k8s.io", "ListOptions", "", errors.Causes) : null;
}
