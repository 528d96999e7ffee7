// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pelago.Node.Serving;

internal static class RouteValues
{
    public static string Route(this HttpContext http, string name) => http.GetRouteValue(name) as string ?? "";
}
