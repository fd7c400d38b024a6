/** What all gateways stand in front of: it costs the same for all, and little. */
export default {
  fetch(request) {
    // The gateway has to have said who asks, or it was not worth its time.
    const subject = request.headers.get("x-edgeward-subject") ?? request.headers.get("x-auth-subject");
    return new Response(subject, { status: subject ? 200 : 500 });
  },
};
