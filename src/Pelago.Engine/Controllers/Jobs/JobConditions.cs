// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>Writes conditions of Jobs.</summary>
internal static class JobConditions
{
    /// <summary>True when the condition was not there in that state.</summary>
    public static bool Set(V1JobStatus status, string type, string value, string reason, string message, DateTime now)
    {
        V1JobCondition? present = status.Conditions?.FirstOrDefault(condition => condition.Type == type);
        if (present?.Status == value)
            return false;
        var made = new V1JobCondition { Type = type, Status = value, Reason = reason, Message = message, LastProbeTime = now, LastTransitionTime = now };
        status.Conditions = [.. (status.Conditions ?? []).Where(condition => condition.Type != type), made];
        return true;
    }
}
