// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Engine.Resources;

namespace Pelago.Engine.InProcess;

/// <summary>The queries of clients as the options of verbs.</summary>
internal static class QueryOptions
{
    public static ListOptions Of(ListQuery query) => new()
    {
        LabelSelector = query.LabelSelector,
        FieldSelector = query.FieldSelector,
        ResourceVersion = query.ResourceVersion ?? "",
        ResourceVersionMatch = query.ResourceVersionMatch ?? "",
        Limit = query.Limit ?? 0,
        Continue = query.Continue ?? "",
        AllowWatchBookmarks = query.AllowWatchBookmarks,
        SendInitialEvents = query.SendInitialEvents,
        TimeoutSeconds = query.TimeoutSeconds,
    };

    public static WriteOptions Of(WriteQuery query, string defaultManager) => new()
    {
        FieldManager = query.FieldManager ?? defaultManager,
        Force = query.Force,
        DryRun = query.DryRun,
        FieldValidation = query.FieldValidation switch
        {
            "Strict" => FieldValidation.Strict,
            "Ignore" => FieldValidation.Ignore,
            _ => FieldValidation.Warn,
        },
    };

    public static DeleteOptions Of(DeleteQuery query) => new()
    {
        GracePeriodSeconds = query.GracePeriodSeconds,
        PropagationPolicy = query.PropagationPolicy,
        Uid = query.Uid,
        ResourceVersion = query.ResourceVersion,
        DryRun = query.DryRun,
    };
}
