# docker build --build-arg COMMIT=$(git rev-parse --short=12 HEAD) -t brazier .
# docker run -p 10100:10100 -v brazier:/var/lib/brazier brazier
FROM debian:12-slim AS build
WORKDIR /src
# The list of packages is the one of run.sh; in a layer of its own, for it changes rarely.
COPY tests/support/packages.sh tests/support/packages.sh
RUN bash -c '. tests/support/packages.sh && need_packages "${packages_build[@]}" "${packages_page[@]}"'
COPY . .
ARG COMMIT=unknown
RUN make -s -j"$(nproc)" COMMIT="$COMMIT" && strip -g build/brazier && make -s COMMIT="$COMMIT" DESTDIR=/image install

FROM debian:12-slim
RUN apt-get -q update \
    && apt-get -q -y install --no-install-recommends ca-certificates libmicrohttpd12 libcurl4 libxml2 libdeflate0 \
       zlib1g libdw1 libsqlite3-0 libjansson4 libssl3 libre2-9 libyaml-0-2 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
    && install -d -m 0700 -o 65532 -g 65532 /var/lib/brazier
COPY --from=build /image/usr/local/bin/brazier /usr/local/bin/brazier
USER 65532:65532
WORKDIR /var/lib/brazier
# All of it is a cache, except for the store of a collector that has no bucket.
VOLUME /var/lib/brazier
ENV BRAZIER_LISTEN=0.0.0.0:10100 \
    BRAZIER_STORE=file:/var/lib/brazier/store \
    BRAZIER_INDEX=/var/lib/brazier/index
EXPOSE 10100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/10100; printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; read -r _ status _ <&3; [ \"$status\" = 200 ]"]
ENTRYPOINT ["brazier"]
CMD ["serve"]
