// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Node.Serving;

/// <summary>Reads values of a query; what cannot be read is refused with its name and what it may be.</summary>
internal static class QueryValues
{
    public static bool IsTrue(this IQueryCollection query, string name) => query[name].ToString() is "true" or "1" or "True" or "t" or "T" or "TRUE";

    public static long? Number(this IQueryCollection query, string name, long least)
    {
        string text = query[name].ToString();
        if (text.Length == 0)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least
            ? value
            : throw new ApiStatusException(ApiStatus.BadRequest($"{name}: \"{text}\" is not a number of at least {least}"));
    }

    public static DateTimeOffset? Time(this IQueryCollection query, string name)
    {
        string text = query[name].ToString();
        if (text.Length == 0)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value)
            ? value
            : throw new ApiStatusException(ApiStatus.BadRequest($"{name}: \"{text}\" is not a time of RFC 3339"));
    }

    public static Logs.LogStream? Stream(this IQueryCollection query) => query["stream"].ToString() switch
    {
        "" or "All" => null,
        "Stdout" => Logs.LogStream.Stdout,
        "Stderr" => Logs.LogStream.Stderr,
        { } other => throw new ApiStatusException(ApiStatus.BadRequest($"stream: \"{other}\" is none of All, Stdout, Stderr")),
    };
}
